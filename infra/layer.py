"""What the authorizer's layer holds: wheels that are fetched at set-up, so that a synth needs no network.

`python -m infra.layer` fetches them. Wheels are only unpacked, for the functions' Python, whatever Python runs this.
"""

import shutil
import subprocess
import sys
from pathlib import Path

from infra.functions import AUTHORIZER
from infra.tree import LAYER, ROOT

PYTHON = "3.12"
WHEELS = Path(sys.prefix) / "wheels"
REQUIREMENTS = ROOT / "functions" / AUTHORIZER / "requirements.txt"
MACHINES = {"x86_64": "x86_64", "arm64": "aarch64"}  # Lambda's architecture -> what wheels call it


def fetch(architecture: str) -> None:
    """Fetch the wheels for an architecture; CalledProcessError where there is no network or no such wheel."""
    _pip("download", architecture, f"--dest={WHEELS}")


def unpack(architecture: str, folder: Path) -> None:
    """Write the layer into a folder: the runtime, and what it needs for a token."""
    target = f"--target={folder / 'python'}"
    try:
        _pip("install", architecture, target, "--no-compile", "--no-index", f"--find-links={WHEELS}")
    except subprocess.CalledProcessError:  # these were not fetched
        _pip("install", architecture, target, "--no-compile")
    ignored = shutil.ignore_patterns("__pycache__", "*.pyc")
    shutil.copytree(LAYER / "python", folder / "python", dirs_exist_ok=True, ignore=ignored)


def _pip(verb: str, architecture: str, *options: str) -> None:
    platforms = [f"--platform={tag}_{MACHINES[architecture]}" for tag in ("manylinux_2_28", "manylinux2014")]
    wheels = ["--only-binary=:all:", "--implementation=cp", f"--python-version={PYTHON}", *platforms]
    pinned = ["--no-deps", "--require-hashes", f"--requirement={REQUIREMENTS}"]
    pip = [sys.executable, "-m", "pip", verb, "-qq", "--disable-pip-version-check"]
    subprocess.run([*pip, *wheels, *pinned, *options], check=True)  # noqa: S603 nothing of a user's is in it


if __name__ == "__main__":
    fetch("x86_64")
