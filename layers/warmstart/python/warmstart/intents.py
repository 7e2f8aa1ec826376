"""Who is about to promote, publish or sweep a version: written down before it is done, so that the other side sees it.

Each side first announces itself, then looks for the other, and gives way where it finds one. Reads and listings of a
store show every write that has ended, so of two at one version at least one sees the other, wherever either stops.

Whoever dies leaves an intent, and so does who does not know whether what it wrote will still happen. Nobody minds an
intent that was written over LIFE before the looker's own, by the store's clock: no two machines' clocks are compared.
Its owner begins no write later than PROMPT after it began to announce itself, by a clock that only runs forward.
So LIFE is PROMPT, and the longest that a store tries one write (`Patience.longest`, under 200 seconds), and over five
minutes for what is still on the wire when the sender has given up: a kernel ends that after about two.

Not covered is a process or its network that stands still for longer than these five minutes between its last look at
the clock and the arrival of its write.
"""

import re
import secrets
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import NamedTuple

from warmstart.errors import Conflict, StoreError, StoreUnavailable, WarmstartError
from warmstart.manifest import VERSION
from warmstart.store import Store

LIFE = timedelta(seconds=600)
PROMPT = 60  # seconds
PROMOTION = "promotion"
PUBLICATION = "publication"
SWEEP = "sweep"
NAME = re.compile(rf"({VERSION.pattern})\.({PROMOTION}|{PUBLICATION}|{SWEEP})\.[0-9a-f]{{16}}")
MOST_REMOVED = 100  # of the dead, by one who has something else to do
CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)  # goes on while a laptop sleeps


class Intent(NamedTuple):
    """What somebody is about to do to a version."""

    key: str
    version: str
    kind: str
    written: datetime  # by the store's clock


class Mine:
    """One's own intent, and the others' to which it must give way."""

    def __init__(self, folder: str, version: str, kind: str) -> None:
        self.key = f"{folder}/{version}.{kind}.{secrets.token_hex(8)}"
        self.version = version
        self.kind = kind
        self.rivals: list[Intent] = []
        self.dead: list[Intent] = []  # of whatever version
        self.acts = False  # whether a write was begun
        self._since = now()

    def look(self, found: Sequence[Intent]) -> None:
        """Tell the living at one's version from the dead."""
        written = next((intent.written for intent in found if intent.key == self.key), None)
        if written is None:
            raise self._late()
        self.dead = [intent for intent in found if written - intent.written > LIFE]
        self.rivals = [intent for intent in found if intent not in self.dead and self._meets(intent)]

    def give_way(self) -> None:
        """Raise Conflict where a rival is at work."""
        if self.rivals:
            until = max(rival.written for rival in self.rivals) + LIFE
            raise Conflict(
                f"a {self.rivals[0].kind} of {self.version} is under way; if it died, "
                f"try again after {until.isoformat(timespec='seconds')}"
            )

    def confirm(self) -> None:
        """Right before a write: raise Conflict where it comes too late, since others may soon take this for dead."""
        if now() - self._since > PROMPT:
            raise self._late()
        self.acts = True

    def _meets(self, other: Intent) -> bool:
        return other.version == self.version and (other.kind == SWEEP) != (self.kind == SWEEP)

    def _late(self) -> Conflict:
        return Conflict(f"the {self.kind} of {self.version} took over {PROMPT} seconds and was given up; try again")


def now() -> float:
    """Return seconds that only grow, from any beginning."""
    return time.clock_gettime(CLOCK)


@contextmanager
def announced(store: Store, folder: str, version: str, kind: str) -> Iterator[Mine]:
    """Announce an intent, look for rivals, and take it back when all is done or nothing will be.

    It stays where a write was begun and nobody knows how it ended: there was no answer, or an interrupt in its place.
    """
    mine = Mine(folder, version, kind)
    try:
        store.put(mine.key, b"")
        mine.look(_all(store, folder))
        yield mine
    except BaseException as error:
        unknown = isinstance(error, StoreUnavailable) or not isinstance(error, WarmstartError)
        if not (mine.acts and unknown):
            _remove(store, [mine.key])
        raise
    _remove(store, [mine.key, *(intent.key for intent in mine.dead[:MOST_REMOVED])])


def _all(store: Store, folder: str) -> list[Intent]:
    names = [(key, NAME.fullmatch(key.rpartition("/")[2]), written) for key, written in store.times(folder).items()]
    return [Intent(key, name[1], name[2], written) for key, name, written in names if name]


def _remove(store: Store, keys: Sequence[str]) -> None:
    with suppress(StoreError):  # each dies by itself, and what was announced is done
        for key in keys:
            store.delete(key)
