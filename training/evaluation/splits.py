"""What is held back to measure on."""

import numpy as np
from numpy.typing import NDArray

from training.interactions import Events
from training.recipe import Fold
from warmstart.errors import DataError

DAY = 86_400  # seconds
Mask = NDArray[np.bool_]


def split(events: Events, fold: Fold) -> tuple[Mask, Mask]:
    """Return which events to learn from and which to measure on: (n,) each.

    Raises:
        DataError: nothing would be left on one of the sides.
    """
    test = _last_of_each_user(events) if fold.kind == "leave_last_out" else _last_days(events, fold.days)
    if not test.any() or test.all():
        raise DataError(f"the fold leaves {'nothing to learn from' if test.all() else 'nothing to measure on'}")
    return ~test, test


def _last_of_each_user(events: Events) -> Mask:
    """Mark the last event of each user, and its copies; of a tie in time, the one last in the table counts.

    A user whose events are all copies of one keeps them.
    """
    users, items, times = events.users, events.items, events.timestamps
    last = np.zeros(len(events.user_ids), np.int64)
    last[users[events.order]] = events.order  # of several values for one place numpy keeps the last
    test: Mask = items == items[last[users]]
    if times is not None:
        test &= times == times[last[users]]
    others = np.bincount(users[~test], minlength=len(last)) > 0
    return test & others[users]


def _last_days(events: Events, days: int) -> Mask:
    """Mark the events of the last whole days (UTC), the day of the last event included."""
    mask: Mask = times_of(events) >= end_of(events) - days * DAY
    return mask


def times_of(events: Events) -> NDArray[np.int64]:
    """Return when each event was, in UTC epoch seconds: (n,); raise DataError where that is not known."""
    if events.timestamps is None:
        raise DataError("a cut by time needs timestamps, and the interactions have none")
    return events.timestamps


def end_of(events: Events) -> int:
    """Return when the day (UTC) of the last event ends, in epoch seconds."""
    return (int(times_of(events).max()) // DAY + 1) * DAY
