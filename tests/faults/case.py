"""A fault as data: the row that it belongs to, what is expected, and what makes it happen."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.faults.world import World


@dataclass(frozen=True)
class Seen:
    """What happened, in words that are compared, and figures that are only shown."""

    what: str
    figures: str = ""


class NotHere(Exception):
    """This machine cannot make that fault; the message says why."""


@dataclass(frozen=True)
class Case:
    """One fault."""

    row: str  # a key of ROWS
    name: str
    expected: str
    run: Callable[[World], Seen]
    slow: bool = False  # takes more than about three seconds


def attempt(case: Case, world: World) -> Seen:
    """Run a case; once more where it is not as expected: a busy machine misses limits that a quiet one keeps."""
    seen = case.run(world)
    return seen if seen.what == case.expected else case.run(world)
