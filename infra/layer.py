"""What the authorizer's layer holds: wheels that are fetched at set-up, so that a synth needs no network.

`python -m infra.layer` fetches them. Wheels are only unpacked, for the functions' Python, whatever Python runs this.
"""

import shutil
import subprocess
import sys
from pathlib import Path

from infra.functions import AUTHORIZER, PYTHON
from infra.tree import LAYER, ROOT

WHEELS = Path(sys.prefix) / "wheels"
REQUIREMENTS = f"functions/{AUTHORIZER}/requirements.txt"


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
    machine = architecture.replace("arm64", "aarch64")  # as wheels call it
    platforms = [f"--platform={tag}_{machine}" for tag in ("manylinux_2_28", "manylinux2014")]
    wheels = ["--only-binary=:all:", "--implementation=cp", f"--python-version={PYTHON}", *platforms]
    pinned = ["--no-deps", "--require-hashes", f"--requirement={ROOT / REQUIREMENTS}"]
    pip = [sys.executable, "-m", "pip", verb, "-qq", "--disable-pip-version-check"]
    subprocess.run([*pip, *wheels, *pinned, *options], check=True)  # noqa: S603 nothing of a user's is in it


if __name__ == "__main__":
    fetch("x86_64")
