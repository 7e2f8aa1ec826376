"""The programs that are called, and what is missing where one is not there."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

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
    if shutil.which("docker") is None:
        return "no docker: apt-get install docker.io, then .ci/start-docker"
    try:
        docker("version")
    except RuntimeError:
        return "docker has no daemon: start it (.ci/start-docker does, as root)"
    if not (INFRA / ".ready").exists():
        return "no .venv-infra: make setup-infra"
    return None
