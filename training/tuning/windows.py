"""The folds that settings are chosen on: cut from what the recipe's own fold leaves to learn from."""

from dataclasses import dataclass, replace
from itertools import compress

import numpy as np

from training.evaluation.splits import Mask, split
from training.interactions import Events
from training.recipe import Fold
from warmstart.errors import DataError


@dataclass(frozen=True)
class Window:
    """A fold, and nothing of what came after it."""

    name: str
    events: Events  # up to the end of the fold, with only the users and the items that occur in them
    test: Mask  # (n,) which of them are held back


def reported(events: Events, fold: Fold) -> Window:
    """Return the recipe's own fold, which no settings may be chosen on."""
    return Window("the reported fold", events, split(events, fold)[1])


def earlier(events: Events, fold: Fold, count: int) -> tuple[Window, ...]:
    """Return the folds before the recipe's own, the nearest first.

    By time they are the windows of as many days before it, one after the other; by user the last event of each in
    what the fold after it learns from.

    Raises:
        DataError: a fold would be empty, or would leave nothing to learn from.
    """
    after = split(events, fold)[1]
    found = []
    for number in range(1, count + 1):
        name = f"validation fold {number} of {count}"
        try:
            held_back = _held_back(events, fold, after, number)
        except DataError as error:
            raise DataError(f"{name}: {error}") from error
        rest = without(events, after)
        window = Window(name, rest, held_back[~after])
        if not window.test.any():
            raise DataError(f"{name}: it holds no events at all")
        found.append(window)
        after = held_back
    return tuple(found)


def without(events: Events, gone: Mask) -> Events:
    """Return the other events, as if those that are gone had never been: not even their ids are known."""
    users, items = events.users[~gone], events.items[~gone]
    user_occurs = np.bincount(users, minlength=len(events.user_ids)) > 0
    item_occurs = np.bincount(items, minlength=len(events.item_ids)) > 0
    return Events(
        events.user_ids.subset(user_occurs),
        events.item_ids.subset(item_occurs),
        _compact(user_occurs)[users],
        _compact(item_occurs)[items],
        events.weights[~gone],
        None if events.timestamps is None else events.timestamps[~gone],
        user_features={name: [*compress(values, user_occurs)] for name, values in events.user_features.items()},
        titles=None if events.titles is None else [*compress(events.titles, item_occurs)],
        genres=None if events.genres is None else [*compress(events.genres, item_occurs)],
    )


def _held_back(events: Events, fold: Fold, after: Mask, number: int) -> Mask:
    """Mark a fold and all that came after it."""
    if fold.kind == "time":
        return split(events, replace(fold, days=fold.days * (number + 1)))[1]
    marked = after.copy()
    marked[~after] = split(without(events, after), fold)[1]
    return marked


def _compact(occurs: Mask) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    """Return the new row of each old one that occurs."""
    return (np.cumsum(occurs) - 1).astype(np.int32)
