"""How writers end, in words."""

import subprocess
from collections.abc import Callable
from dataclasses import replace

from tests.faults.drafts import opens
from tests.faults.stage import MODEL, Stage
from warmstart.errors import WarmstartError
from warmstart.manifest import Manifest
from warmstart.publish import publish
from warmstart.registry import read_alias


def ended(process: subprocess.Popen[str]) -> str:
    """Return how a command ended: its exit code, and its last words where it failed."""
    _, err = process.communicate(timeout=60)
    return f"exit {process.returncode}" + (f": {err.strip().splitlines()[-1]}" if process.returncode else "")


def tried(call: Callable[[], object]) -> str:
    """Return the kind of error that a call ends with, or that it is done."""
    try:
        call()
    except WarmstartError as error:
        return type(error).__name__
    return "done"


def named(stage: Stage, text: str) -> str:
    """Call the versions by what they are to the case."""
    for manifest, name in ((stage.old, "OLD"), (stage.new, "NEW")):
        text = text.replace(manifest.version, name)
    return text


def alias_of(stage: Stage) -> str:
    """Say what the alias names."""
    alias = read_alias(stage.store, MODEL)
    return f"the alias names {alias.version}" if alias else "no alias"


def third(stage: Stage) -> Manifest:
    """Publish one more version: the old one's files under another time."""
    folder = stage.world.drafts.copy(MODEL, "even", stage.world.folder / stage.world.fresh_name())
    made = replace(stage.old, version="20260101T000000Z" + stage.old.version[16:])
    (folder / "manifest.json").write_bytes(made.to_json())
    return publish(stage.store, folder, opens)
