"""The folds of a cross-validation, cut by RecTools' splitters."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from rectools import Columns
from rectools.dataset import Interactions as Table
from rectools.model_selection import LastNSplitter, TimeRangeSplitter
from rectools.model_selection.splitter import Splitter

from training.evaluation.people import histories, kinds
from training.evaluation.result import FoldInfo
from training.evaluation.truth import Truth
from training.interactions import Events
from warmstart.errors import DataError

EXCLUDED = ("cold_users", "cold_items", "seen")  # what may be left out of the test rows


@dataclass(frozen=True)
class FoldPlan:
    """How a table is cut: the last days, period by period, or the last events of each user, which leaks time."""

    folds: int = 3
    days: int = 7
    last: int | None = None  # events of each user in a fold; None cuts by time
    excluded: tuple[str, ...] = EXCLUDED

    def __post_init__(self) -> None:
        if self.folds < 1 or self.days < 1 or (self.last is not None and self.last < 1):
            raise DataError("folds, days and last must be at least 1")
        unknown = set(self.excluded) - set(EXCLUDED)
        if unknown:
            raise DataError(f"cannot exclude {', '.join(sorted(unknown))}; there are {', '.join(EXCLUDED)}")

    @property
    def leaks_time(self) -> bool:
        """Tell whether models learn from events that are later than some they are measured on."""
        return self.last is not None

    def to_json(self) -> dict[str, Any]:
        """Return the plan as plain values."""
        days = None if self.leaks_time else self.days
        kind = "last" if self.leaks_time else "time"
        return {**asdict(self), "kind": kind, "days": days, "leaks_time": self.leaks_time}


class NoTestUsers(DataError):
    """A fold has nobody to measure on."""


@dataclass(frozen=True, eq=False)
class Fold:
    """One cut: what models learn from, and what users had next."""

    number: int  # from 1, oldest first
    events: Events
    learn: NDArray[np.bool_]  # (n,)
    counted: NDArray[np.bool_]  # (n,) what is measured on, after exclusions
    period: tuple[str, str] | None  # UTC days, the second not included
    leaks_time: bool

    @cached_property
    def truth(self) -> Truth:
        """Return whom to ask for and what is right."""
        return Truth.of(self.events, self.learn, self.counted)

    @cached_property
    def history_lengths(self) -> NDArray[np.int64]:
        """Count the distinct items that each user of the truth had before: (u,)."""
        return histories(self.events, self.learn, self.truth.users)[1]

    @cached_property
    def kinds(self) -> dict[str, NDArray[np.bool_]]:
        """Return who is hot (has a history), warm (only features are known) and cold: (u,) each."""
        return kinds(self.events, self.truth.users, self.history_lengths)

    def info(self) -> FoldInfo:
        """Describe the fold."""
        users = {"all": len(self.truth.users), **{name: int(mask.sum()) for name, mask in self.kinds.items()}}
        start, end = self.period or (None, None)
        return FoldInfo(
            number=self.number,
            start=start,
            end=end,
            learn_rows=int(self.learn.sum()),
            learn_users=len(np.unique(self.events.users[self.learn])),
            items=len(self.truth.catalogue),
            test_rows=int(self.counted.sum()),
            users=users,
            leaks_time=self.leaks_time,
        )


def folds_of(events: Events, plan: FoldPlan) -> tuple[Fold, ...]:
    """Cut the events, oldest fold first.

    Raises:
        NoTestUsers: a fold would measure on nobody, or learn from nothing.
        DataError: folds by time of a table without timestamps.
    """
    folds = tuple(_cut(events, plan))
    for fold in folds:
        if not fold.learn.any() or not fold.counted.any():
            raise NoTestUsers(_why_empty(fold, plan))
    return folds


def _cut(events: Events, plan: FoldPlan) -> Iterator[Fold]:
    for number, (learn, counted, info) in enumerate(_splitter(plan).split(_table(events, plan)), 1):
        masks = [np.zeros(len(events.users), np.bool_) for _ in range(2)]
        masks[0][learn], masks[1][counted] = True, True
        period = None if plan.leaks_time else (f"{info['start']:%Y-%m-%d}", f"{info['end']:%Y-%m-%d}")
        yield Fold(number, events, masks[0], masks[1], period, plan.leaks_time)


def _splitter(plan: FoldPlan) -> Splitter:
    switches = [name in plan.excluded for name in EXCLUDED]
    if plan.last is not None:
        return LastNSplitter(plan.last, plan.folds, *switches)
    return TimeRangeSplitter(f"{plan.days}D", plan.folds, *switches)


def _table(events: Events, plan: FoldPlan) -> Table:
    times = events.timestamps
    if times is None:
        if not plan.leaks_time:
            raise DataError("folds by time need timestamps, and the interactions have none; --last N needs none")
        times = np.arange(len(events.users))  # the table's order
    columns = {Columns.User: events.users, Columns.Item: events.items, Columns.Weight: 1.0}
    return Table(pd.DataFrame({**columns, Columns.Datetime: times.astype("datetime64[s]").astype("datetime64[ns]")}))


def _why_empty(fold: Fold, plan: FoldPlan) -> str:
    times = fold.events.timestamps
    where = f"fold {fold.number} of {plan.folds}" + (f" ({' to '.join(fold.period)})" if fold.period else "")
    reach = ""
    if times is not None and not plan.leaks_time:
        first, last = (f"{datetime.fromtimestamp(int(t), UTC):%Y-%m-%d}" for t in (times.min(), times.max()))
        reach = f"; the interactions go from {first} to {last}"
    if not fold.learn.any():
        return f"{where} leaves nothing to learn from{reach}: take fewer folds"
    left_out = f", {' and '.join(plan.excluded).replace('_', ' ')} left out" if plan.excluded else ""
    return f"{where} has no test users{left_out}{reach}: take fewer or longer folds"
