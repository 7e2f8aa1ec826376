"""How much memory is said to be left, and what is refused for want of it."""

from pathlib import Path

import pytest

from training import memory
from training.memory import available, refuse_over
from warmstart.errors import DataError

MEMINFO = "MemTotal:       24000000 kB\nMemFree:          100000 kB\nMemAvailable:    8000000 kB\n"
LEFT = 8_000_000 * 1024


def group(folder: Path, limit: str, current: int = 3000, cached: int = 500) -> Path:
    """Write the files of a control group."""
    folder.mkdir()
    (folder / "memory.max").write_text(f"{limit}\n")
    (folder / "memory.current").write_text(f"{current}\n")
    (folder / "memory.stat").write_text(f"anon 2000\nfile 900\ninactive_file {cached}\nactive_file 400\n")
    return folder


@pytest.fixture
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A system that says what it has left, and a process in no control group; return the system's file."""
    path = tmp_path / "meminfo"
    path.write_text(MEMINFO)
    monkeypatch.setattr(memory, "MEMINFO", path)
    monkeypatch.setattr(memory, "CGROUP", tmp_path / "none")
    return path


def test_the_system_s_is_what_is_available(system: Path) -> None:
    """Not what is free, for caches can be taken back; in bytes."""
    assert available() == LEFT


@pytest.mark.parametrize("text", [None, "", "MemFree: 100 kB\n", "MemAvailable: much\n", "nonsense"])
def test_a_system_that_does_not_say_refuses_nothing(system: Path, text: str | None) -> None:
    """Elsewhere than on Linux there is no such file, or another."""
    system.unlink()
    if text is not None:
        system.write_text(text)
    assert available() is None
    refuse_over(10**18, "anything")


def test_a_control_group_with_less_decides(system: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its limit, less what is taken, and with the part of that which is only cache."""
    monkeypatch.setattr(memory, "CGROUP", group(tmp_path / "group", "10000"))
    assert available() == 10_000 - 3000 + 500
    system.unlink()
    assert available() == 10_000 - 3000 + 500


@pytest.mark.parametrize("limit", ["max", str(LEFT + 2501)])
def test_a_control_group_with_more_does_not(
    system: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    """Without a limit, or with one above what the system has, the system decides."""
    monkeypatch.setattr(memory, "CGROUP", group(tmp_path / "group", limit))
    assert available() == LEFT


def test_what_fits_to_the_byte_is_not_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """One byte more is, and the message names what needs it, how much that is, and what is left."""
    monkeypatch.setattr(memory, "available", lambda: 3_000_000_000)
    refuse_over(3_000_000_000, "ease")
    with pytest.raises(DataError, match=r"^ease needs 12\.3 GB of memory, and 3 GB are left$"):
        refuse_over(12_345_678_901, "ease")
    with pytest.raises(DataError):
        refuse_over(3_000_000_001, "ease")
