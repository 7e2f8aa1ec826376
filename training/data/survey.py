"""What the rows of a data set say about how to learn from them: the fold, and what a weight is worth to ALS."""

import math
from dataclasses import dataclass

import numpy as np

from training.columns import ITEM_ID, TIMESTAMP, USER_ID, WEIGHT
from training.data.read_interactions import ReadTable
from training.data.reading import read_only_interactions
from training.data.tables import Tables
from training.evaluation.splits import DAY, split
from training.interactions import Events
from training.recipe import DataSection, Fold

ALPHA = 40.0  # that of ALS unless a recipe says another
EASE_ITEMS = 20_000  # from where on EASE takes minutes and gigabytes: both grow fast with the items
_DAYS = 7  # held back by a fold by time
_SPAN = 28  # days that a table must span for one
_USERS, _SHARE = 100, 0.1  # users of the last days who must occur before them too, or this share of all users


@dataclass(frozen=True)
class Survey:
    """A fold and why, and the settings that depend on the rows."""

    fold: Fold
    because: str
    timed: bool
    median_weight: float
    items: int
    bad_rows: int

    @property
    def alpha(self) -> float | None:
        """The alpha of ALS by which a median weight counts as 1 would by default; None where it is the default."""
        alpha = float(f"{ALPHA / self.median_weight:.2g}")
        return None if alpha == ALPHA else alpha

    @property
    def models(self) -> tuple[str, ...]:
        """Name what is worth a try, ALS excepted."""
        recent = ("popular_recent",) if self.timed else ()
        ease = ("ease",) if self.items <= EASE_ITEMS else ()
        return "popular", *recent, "random", "item_knn", "user_knn", *ease


def survey(data: DataSection) -> Survey:
    """Read the interactions and say what suits them."""
    table = read_only_interactions(data)
    timed = TIMESTAMP in table.frame.columns
    fold, because = _fold(table) if timed and len(table.frame) else (Fold("leave_last_out"), "there are no times")
    median = table.frame[WEIGHT].median()
    typical = median if isinstance(median, float) else 1.0
    return Survey(fold, because, timed, typical, table.frame[ITEM_ID].n_unique(), table.bad)


def _fold(table: ReadTable) -> tuple[Fold, str]:
    """Choose a fold by time where there is enough of it, and enough users to measure on."""
    times = table.frame[TIMESTAMP].to_numpy()
    days = int(times.max() - times.min()) // DAY
    if days < _SPAN:
        return Fold("leave_last_out"), f"the table spans {days} days; a fold by time wants {_SPAN}"
    by_time = Fold("time", _DAYS)
    users = _measurable(table, by_time)
    wanted = min(_USERS, math.ceil(_SHARE * table.frame[USER_ID].n_unique()))
    said = f"{users} users of the last {_DAYS} days occur before them too"
    return (by_time, said) if users >= wanted else (Fold("leave_last_out"), f"{said}; a fold by time wants {wanted}")


def _measurable(table: ReadTable, fold: Fold) -> int:
    """Count the users on both sides of a fold."""
    events = Events.of(Tables(table.frame, None, None, sha256="", set_aside=0))
    learn, test = split(events, fold)
    return len(np.intersect1d(events.users[learn], events.users[test]))
