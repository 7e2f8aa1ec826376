"""`python -m infra.app` as the CDK's command starts it: alone, offline, and with a mistake in cdk.json."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.infra.stacks.synthesis import CDK_JSON, ROOT, UNBUNDLED

NOWHERE = "http://127.0.0.1:9"  # nothing listens there
KEPT = ("HOME", "LANG", "TMPDIR")


def start(folder: Path, context: dict[str, Any] | None = None) -> "subprocess.CompletedProcess[str]":
    """Run the app with nothing of this process's environment: no account, no Docker, and no net if Linux lets us."""
    node = shutil.which("node")
    assert node
    (folder / "bin").mkdir()
    (folder / "bin" / "node").symlink_to(node)
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout.strip("v\n")
    environment = {
        **{name: os.environ[name] for name in KEPT if name in os.environ},
        "PATH": str(folder / "bin"),
        "CDK_OUTDIR": str(folder / "cdk.out"),
        "CDK_CONTEXT_JSON": json.dumps({**CDK_JSON, **UNBUNDLED, **(context or {})}),
        "HTTP_PROXY": NOWHERE,
        "HTTPS_PROXY": NOWHERE,
        "AWS_EC2_METADATA_DISABLED": "true",
        "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": version.partition(".")[0],
    }
    command = [*without_net(), sys.executable, "-m", "infra.app"]
    return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)


def without_net() -> list[str]:
    """What starts a command without a network, where that is allowed."""
    unshare = shutil.which("unshare")
    if unshare is None:
        return []
    alone = [unshare, "--map-root-user", "--net"]
    tried = subprocess.run([*alone, sys.executable, "-c", ""], capture_output=True, check=False)
    return alone if tried.returncode == 0 else []


def test_a_stage_is_synthesized_alone_and_in_silence(tmp_path: Path) -> None:
    """Three templates, with no account, no network and no Docker, and not a word of warning."""
    result = start(tmp_path)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    templates = sorted(path.name for path in (tmp_path / "cdk.out").glob("*.template.json"))
    assert templates == [f"warmstart-dev-{stack}.template.json" for stack in ("artifacts", "serving", "training")]
    manifest = json.loads((tmp_path / "cdk.out" / "manifest.json").read_text())
    assert "missing" not in manifest


@pytest.mark.parametrize(
    ("context", "says"),
    [
        ({"stage": "live"}, "error: no stage 'live': cdk.json has dev, prod; choose one with STAGE=..."),
        ({"stages": {}}, "error: cdk.json: context.stages: name at least one stage, such as dev"),
        ({"stages": {"dev": {"log_day": 1}}}, "error: cdk.json: stages.dev.log_day: unknown; there are memory_mb,"),
        (
            {"stages": {"dev": {"memory_mb": {"lsits": 512}}}},
            "error: cdk.json: stages.dev.memory_mb: no function 'lsits'; there are ",
        ),
    ],
)
def test_a_mistake_is_one_line(tmp_path: Path, context: dict[str, Any], says: str) -> None:
    """What is wrong is said once, with what to write instead; nothing is synthesized."""
    result = start(tmp_path, context)
    assert result.returncode == 1
    assert result.stderr.startswith(says)
    assert result.stderr.count("\n") == 1
    assert not (tmp_path / "cdk.out" / "manifest.json").exists()
