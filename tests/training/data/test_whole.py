"""What is written beside its place: each process has its own, and of what was killed nothing stays for long."""

import signal
import subprocess
import sys
from pathlib import Path

from training.data.whole import scraps_beside, whole_folder

KILLED = """
import os, signal, sys
from pathlib import Path
from training.data.whole import whole_folder
with whole_folder(Path(sys.argv[1])) as (folder, _):
    (folder / "half").touch()
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_process_has_left_goes_with_the_next(tmp_path: Path) -> None:
    """Only that goes: a hidden folder of somebody else's stays."""
    target, other = tmp_path / "kion", tmp_path / ".kion-backup"
    other.mkdir()
    killed = subprocess.run([sys.executable, "-c", KILLED, target], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert len([*tmp_path.glob(".kion.unfinished-*/whole/half")]) == 1
    with whole_folder(target) as (folder, _):
        (folder / "made").touch()
    assert {*tmp_path.iterdir()} == {target, other}
    assert [path.name for path in target.iterdir()] == ["made"]


def test_two_at_once_have_a_folder_each(tmp_path: Path) -> None:
    """What one still works in the other leaves alone."""
    with scraps_beside(tmp_path / "lists") as one, scraps_beside(tmp_path / "lists") as other:
        assert one != other
        assert one.is_dir()
    assert [*tmp_path.iterdir()] == []
