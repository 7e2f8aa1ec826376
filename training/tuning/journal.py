"""Optuna's journal in a file that survives a kill at any moment, and that several processes may write to.

The locks are of the kernel, in a file beside the journal, a byte for each thing that one process has at a time. They
are gone with their process, however it ends: nobody waits for the dead, and a trial whose byte is free but that claims
to run has died.
"""

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from optuna.storages.journal import JournalFileBackend, JournalFileOpenLock, JournalStorage

from warmstart.errors import SettingsError

_APPEND, _TURN, _TRIALS = 0, 1, 2  # bytes: a write, a decision on what is tried next, the first trial
_BEGINS = b'{"op_code":'


class Journal:
    """A journal, open until the `with` ends."""

    def __init__(self, path: Path) -> None:
        """Open or make it, and take off the half line that a killed process may have left.

        Raises:
            SettingsError: it cannot be written, or is something else.
        """
        self.path = path
        try:
            _check(path)
            self._locks = path.with_name(f"{path.name}.locks").open("ab")
            lock = _AppendLock(self)
            lock.acquire()
            lock.release()
            _check_last_line(path)
            self.storage = JournalStorage(JournalFileBackend(str(path), lock_obj=lock))
        except OSError as error:
            raise SettingsError(f"{path}: {error.strerror or error}") from error
        except (ValueError, KeyError, AssertionError) as error:
            raise SettingsError(f"{path} is no journal of a tuning, or a damaged one: {error}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._locks.close()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Be the only process that decides what is tried next."""
        self.lock(_TURN)
        try:
            yield
        finally:
            self.unlock(_TURN)

    def begin(self, trial: int) -> None:
        """Say that this process runs a trial, until it says `end` or is no more."""
        self.lock(_TRIALS + trial)

    def end(self, trial: int) -> None:
        """Say that this process runs a trial no longer."""
        self.unlock(_TRIALS + trial)

    def runs(self, trial: int) -> bool:
        """Tell whether another process runs a trial."""
        try:
            fcntl.lockf(self._locks, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, _TRIALS + trial)
        except OSError:
            return True
        self.end(trial)
        return False

    def lock(self, byte: int) -> None:
        """Wait for a byte and hold it."""
        fcntl.lockf(self._locks, fcntl.LOCK_EX, 1, byte)

    def unlock(self, byte: int) -> None:
        """Let go of a byte."""
        fcntl.lockf(self._locks, fcntl.LOCK_UN, 1, byte)


class _AppendLock(JournalFileOpenLock):
    """Held for each write; mends first what the last holder may have left."""

    def __init__(self, journal: Journal) -> None:
        super().__init__(str(journal.path))
        self._journal = journal

    def acquire(self) -> bool:
        self._journal.lock(_APPEND)
        _cut_half_line(self._journal.path)
        return True

    def release(self) -> None:
        self._journal.unlock(_APPEND)


def _check(path: Path) -> None:
    """Refuse what is no journal before anything is cut off it or written to it."""
    if not path.exists():
        return
    with path.open("rb") as file:
        head = file.read(len(_BEGINS))
    if not _BEGINS.startswith(head):
        raise ValueError("its first line is none of Optuna's")


def _check_last_line(path: Path) -> None:
    """Refuse a line that Optuna would stumble over only once another follows it."""
    for line in path.read_bytes().splitlines()[-1:] if path.exists() else ():
        json.loads(line)


def _cut_half_line(path: Path) -> None:
    if not path.exists():
        return
    with path.open("rb+") as file:
        size = end = file.seek(0, 2)
        while end and not _is_newline(file, end - 1):
            end -= 1
        if end < size:
            file.truncate(end)


def _is_newline(file: BinaryIO, place: int) -> bool:
    file.seek(place)
    return file.read(1) == b"\n"
