"""Publishers and promotions that meet each other or end early."""

import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from itertools import count

from infra.local.function import LAYER, TASK_ROOT
from tests.faults.case import Case, Seen
from tests.faults.drafts import opens
from tests.faults.effects import after, refused
from tests.faults.endings import alias_of, ended, named, third, tried
from tests.faults.injector import Act, Asked, Forward, Reply
from tests.faults.stage import MODEL, Stage
from tests.faults.world import BUCKET, KEYS, World
from warmstart.publish import publish
from warmstart.registry import intents_folder, promote, read_alias, versions

MOST_STEPS = 12
TOGETHER_SECONDS = 20.0
CONFLICT = f"exit 1: error: models/{MODEL}/aliases/champion.json was written by somebody else"


def _together() -> Act:
    """Hold a request until a second has come; S3 takes one after the other, which this stand-in does not."""
    both, turn = threading.Barrier(2), threading.Lock()

    def act(_asked: Asked, forward: Forward) -> Reply:
        both.wait(TOGETHER_SECONDS)
        with turn:
            return forward()

    return act


def _two_promotions(world: World) -> Seen:
    """Let two commands promote at once, each having read the alias before the other writes it."""
    stage = Stage(world)
    other = third(stage)
    forced = ("--force", "--reason", "test")
    with world.injector.rule(stage.alias, _together(), methods="PUT"):
        both = [world.command("promote", MODEL, m.version, *forced, prefix=stage.prefix) for m in (stage.new, other)]
        ends = sorted(ended(process) for process in both)
    alias = read_alias(stage.store, MODEL)
    return Seen(f"{'; '.join(ends)}; serial {alias.serial if alias else None}")


def _two_publishers(world: World, same: bool) -> Seen:
    """Let two publish one version at once: the same bytes, or the same files under another manifest."""
    stage = Stage(world)
    prefix, folders = world.fresh_name(), []
    for number in range(2):
        folder = world.drafts.copy(MODEL, "even", world.folder / f"{prefix}-{number}")
        described = stage.old if same else replace(stage.old, seed=number)
        (folder / "manifest.json").write_bytes(described.to_json())
        folders.append(folder)
    with (
        world.injector.rule(rf"{prefix}/.*/manifest\.json", _together(), methods="PUT"),
        ThreadPoolExecutor(2) as pool,
    ):
        ends = sorted(
            pool.map(lambda folder: tried(lambda: publish(world.faulty_store(prefix), folder, opens)), folders)
        )
    return Seen(f"{' and '.join(ends)}; {len(versions(world.store(prefix), MODEL))} version")


def _busy(world: World) -> Seen:
    """Answer a promotion once that another write is in progress."""
    stage = Stage(world)
    with world.injector.rule(stage.alias, refused(409, "ConditionalRequestConflict"), methods="PUT", times=1):
        end = tried(lambda: promote(world.faulty_store(stage.prefix), MODEL, stage.new.version, reason="test"))
    return Seen(f"{end}; {named(stage, alias_of(stage))}")


def _unheard(world: World) -> Seen:
    """Lose the answer to a promotion that was done; the next try is told that somebody else was first."""
    stage = Stage(world)

    def lose(_asked: Asked, forward: Forward) -> None:
        forward()

    with world.injector.rule(stage.alias, lose, methods="PUT", times=1):
        end = tried(lambda: promote(world.faulty_store(stage.prefix), MODEL, stage.new.version, reason="test"))
    left = len(stage.store.keys(intents_folder(MODEL)))
    return Seen(f"{end}; {named(stage, alias_of(stage))}; {left} intents left")


def _killed(world: World) -> Seen:
    """Kill a publisher at its first request, its second, and so on; then let it run to its end."""
    stage = Stage(world)
    what, steps = "", 0
    with stage.serving():
        for last in range(1, MOST_STEPS):
            prefix = f"{stage.prefix}/models/{MODEL}/versions/{stage.new.version}"
            for key in stage.store.keys(f"models/{MODEL}/versions/{stage.new.version}"):
                stage.store.delete(key)
            whole = _publish_and_die(world, stage, prefix, last)
            seen = stage.look()
            if seen != "old version":
                return Seen(f"after {last} requests {seen}")
            if whole:
                break
            steps += 1
            finished = publish(stage.store, world.drafts.draft(MODEL, "odd"), opens)
            what = "" if finished == stage.new else "a rerun made something else"
        stage.promote(stage.new)
        return Seen(f"old version after each; a rerun finishes; {what}{stage.look()}", f"killed at {steps} requests")


def _publish_and_die(world: World, stage: Stage, pattern: str, last: int) -> bool:
    """Publish in a child that is killed before its `last` request is answered; return whether it ended by itself."""
    started = threading.Event()
    requests = count(1)
    children: list[subprocess.Popen[bytes]] = []

    def kill() -> None:
        if next(requests) == last:
            started.wait(TOGETHER_SECONDS)
            children[0].kill()

    path = os.pathsep.join([str(TASK_ROOT), str(LAYER)])
    environment = {**KEYS, "PATH": os.defpath, "PYTHONPATH": path, "AWS_ENDPOINT_URL": world.injector.url}
    draft = str(world.drafts.draft(MODEL, "odd"))
    command = [sys.executable, "-m", "tests.faults.publisher", f"s3://{BUCKET}/{stage.prefix}", draft]
    with world.injector.rule(pattern, after(kill), methods="GET HEAD PUT POST"):
        with subprocess.Popen(command, env=environment, cwd=TASK_ROOT, stderr=subprocess.DEVNULL) as child:
            children.append(child)
            started.set()
        return child.returncode == 0


CASES = [
    Case("two publishers", "two promotions at once", f"exit 0; {CONFLICT}; serial 2", _two_promotions, slow=True),
    Case(
        "two publishers", "one version, the same bytes", "done and done; 1 version", partial(_two_publishers, same=True)
    ),
    Case(
        "two publishers",
        "one version, two manifests",
        "Conflict and done; 1 version",
        partial(_two_publishers, same=False),
    ),
    Case("two publishers", "a write in progress, once", "done; the alias names NEW", _busy),
    Case("store stumbles", "at a promotion, the answer is lost", "done; the alias names NEW; 0 intents left", _unheard),
    Case(
        "publisher dies",
        "at every request",
        "old version after each; a rerun finishes; new version",
        _killed,
        slow=True,
    ),
]
