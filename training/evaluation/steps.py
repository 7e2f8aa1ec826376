"""The last days of a table, cut into steps: what came before each, and what users had in it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from training.evaluation.splits import DAY, Mask, end_of, times_of
from training.evaluation.truth import Truth, truth_after
from training.interactions import Events
from warmstart.errors import DataError

HOUR = 3_600  # seconds
MOST = 100  # steps


class NoSteps(DataError):
    """A walk has nobody to measure on, or nothing to learn from."""


@dataclass(frozen=True)
class WalkPlan:
    """How long a walk and its steps are, in seconds; the last step may be shorter."""

    length: int
    step: int
    retrain: bool = False  # whether each model is fitted anew before each step, beside the arms that are not

    def __post_init__(self) -> None:
        if not HOUR <= self.step <= self.length:
            raise DataError("a step is at least an hour, and at most as long as the walk")
        if self.count > MOST:
            raise DataError(f"{self.count:,} steps are too many: at most {MOST}")

    @property
    def count(self) -> int:
        """Count the steps."""
        return -(-self.length // self.step)


@dataclass(frozen=True, eq=False)
class Step:
    """One step that has somebody to measure on."""

    start: int  # UTC epoch seconds
    end: int  # not included
    age: float  # days from the walk's start to this one's
    rows: int  # events in it
    truth: Truth


def learnt_from(events: Events, plan: WalkPlan) -> Mask:
    """Mark the events before a walk: (n,).

    Raises:
        NoSteps: there are none.
        DataError: the events have no timestamps.
    """
    learn: Mask = times_of(events) < _start(events, plan)
    if not learn.any():
        first = day(int(times_of(events).min()))
        raise NoSteps(f"the walk leaves nothing to learn from: the interactions begin on {first}")
    return learn


def before(events: Events, step: Step) -> Mask:
    """Mark the events before a step: (n,)."""
    mask: Mask = times_of(events) < step.start
    return mask


def steps_of(events: Events, plan: WalkPlan) -> tuple[tuple[Step, ...], tuple[str, ...]]:
    """Cut a walk, oldest step first; return also when those steps begin that have nobody to measure on.

    Users and items that the models have not learnt, and items that a user had before a step, are left out of it.

    Raises:
        NoSteps: no step has anybody, or there is nothing to learn from.
        DataError: the events have no timestamps.
    """
    learn = learnt_from(events, plan)
    steps, empty = [], []
    for start, end in _bounds(events, plan):
        try:
            steps.append(_step(events, learn, start, end, (start - _start(events, plan)) / DAY))
        except DataError:
            empty.append(day(start))
    if not steps:
        raise NoSteps("no step of the walk has anybody to measure on whom the models know")
    return tuple(steps), tuple(empty)


def day(seconds: int) -> str:
    """Write a time: a date where a day (UTC) begins, else with the time of day."""
    return f"{datetime.fromtimestamp(seconds, UTC):{'%Y-%m-%dT%H:%M' if seconds % DAY else '%Y-%m-%d'}}"


def _start(events: Events, plan: WalkPlan) -> int:
    return end_of(events) - plan.length


def _bounds(events: Events, plan: WalkPlan) -> Iterator[tuple[int, int]]:
    last = end_of(events)
    for start in range(_start(events, plan), last, plan.step):
        yield start, min(start + plan.step, last)


def _step(events: Events, learn: Mask, start: int, end: int, age: float) -> Step:
    times = times_of(events)
    within = (times >= start) & (times < end)
    return Step(start, end, age, int(within.sum()), truth_after(events, learn, times < start, within))
