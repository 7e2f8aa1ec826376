"""The programs that are called, and what is missing where one is not there."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
INFRA = ROOT / ".venv-infra"
SAM = ROOT / ".venv-sam"


class Missing(Exception):
    """Something that this needs is not on this machine; says what, and how to get it."""


def run(
    *command: str | Path, environment: Mapping[str, str] | None = None, cwd: Path = ROOT, merged: bool = False
) -> str:
    """Run a program to its end and return what it printed, what it said on stderr too if merged."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**os.environ, **(environment or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT if merged else subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        said = (done.stderr or "") + done.stdout
        raise RuntimeError(f"{' '.join(map(str, command[:4]))} ended with {done.returncode}:\n{said[-4000:]}")
    return done.stdout


def docker(*arguments: str | Path) -> str:
    """Call docker, with the builder that is in every one of its clients."""
    return run("docker", *arguments, environment={"DOCKER_BUILDKIT": "0"})


def why_not() -> str | None:
    """Why the stack cannot be started here, and the command that would help; None where it can."""
    if sys.platform != "linux":
        return "functions reach the emulator through Docker's bridge, which only Linux gives to its host"
    if shutil.which("docker") is None:
        return "no docker: apt-get install docker.io, then .ci/start-docker"
    try:
        docker("version")
    except RuntimeError:
        return "docker has no daemon: start it (.ci/start-docker does, as root)"
    missing = [name for name, folder in (("infra", INFRA), ("sam", SAM)) if not (folder / ".ready").exists()]
    return f"no .venv-{missing[0]}: make setup-{missing[0]}" if missing else None


def skip_without_docker(provide: Callable[[], object], where: str) -> None:
    """Skip a test where the stack cannot be started, with the reason and the command; fail where it must be."""
    try:
        if reason := why_not():
            raise Missing(reason)
        provide()
    except Missing as missing:
        if os.environ.get("WARMSTART_DOCKER") == "required":
            pytest.fail(str(missing))
        pytest.skip(f"{missing}; then make test PYTEST='-m slow {where}'")
