"""Who is about to promote or to sweep a version: written down before it is done, so that the other side sees it.

Each side first announces itself, then looks for the other, and gives way where it finds one. Reads and listings of a
store show every write that has ended, so of two at one version at least one sees the other, wherever either stops.

Whoever dies leaves an intent, which nobody minds once it is over LIFE old; so its owner acts only while it is younger
than PROMPT. Between the two there is room for a write on its way and for clocks that differ: S3 refuses what was
signed over 15 minutes ago or by a clock 15 minutes off, so two machines are at most 30 minutes apart. Of machines that
share a folder the same is assumed. Not covered is a process that stands still for most of an hour just between
its last look at the clock and its write.
"""

import re
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import NamedTuple

from warmstart.errors import Conflict, StoreError, StoreUnavailable
from warmstart.store import Store

LIFE = 3600  # seconds
PROMPT = 60  # seconds
PROMOTION = "promotion"
SWEEP = "sweep"
NAME = re.compile(rf"([0-9A-Za-z-]+)\.({PROMOTION}|{SWEEP})\.([0-9]{{1,12}})\.[0-9a-f]{{16}}")


class Intent(NamedTuple):
    """What somebody is about to do to a version."""

    key: str
    version: str
    kind: str
    since: int  # Unix time, by its owner's clock

    def dead(self) -> bool:
        """Whether its owner has acted by now or never will."""
        return abs(now() - self.since) > LIFE

    def dies(self) -> str:
        """Say when it is dead."""
        return datetime.fromtimestamp(self.since + LIFE, UTC).isoformat(timespec="seconds")

    def confirm(self) -> None:
        """Raise Conflict where its owner comes too late to act on it: others may soon take it for dead."""
        if not 0 <= now() - self.since <= PROMPT:
            raise Conflict(f"the {self.kind} of {self.version} took over {PROMPT} seconds and was given up; try again")


def now() -> int:
    """Return the Unix time."""
    return int(time.time())


@contextmanager
def announced(store: Store, folder: str, version: str, kind: str) -> Iterator[Intent]:
    """Announce an intent, and take it back when all is done or nothing will be.

    Where the store gave no answer it stays until it is dead: what was asked may still happen.
    """
    since = now()
    mine = Intent(f"{folder}/{version}.{kind}.{since}.{secrets.token_hex(8)}", version, kind, since)
    store.put(mine.key, b"")
    try:
        yield mine
    except StoreUnavailable:
        raise
    except BaseException:
        _take_back(store, mine)
        raise
    _take_back(store, mine)


def live(store: Store, folder: str, version: str, kind: str) -> list[Intent]:
    """Return the intents of a kind to which one must give way at a version."""
    return [found for found in _all(store, folder) if found[1:3] == (version, kind) and not found.dead()]


def remove_dead(store: Store, folder: str) -> None:
    """Delete what owners that died have left."""
    for intent in _all(store, folder):
        if intent.dead():
            store.delete(intent.key)


def _all(store: Store, folder: str) -> list[Intent]:
    names = [(key, NAME.fullmatch(key.rpartition("/")[2])) for key in store.keys(folder)]
    return [Intent(key, name[1], name[2], int(name[3])) for key, name in names if name]


def _take_back(store: Store, mine: Intent) -> None:
    with suppress(StoreError):  # it dies by itself, and what it announced is done
        store.delete(mine.key)
