"""What the users of a fold had next, and what models may have learnt before."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress

import numpy as np
from numpy.typing import NDArray

from training.interactions import Events
from warmstart.errors import DataError
from warmstart.ids import Id
from warmstart.scorer import Rows

TOGETHER = 2**22  # events that are looked at at a time


@dataclass(frozen=True, eq=False)
class Truth:
    """Whom to ask for and what is right; all rows are those of the events."""

    user_ids: Sequence[Id]  # (u,)
    users: Rows  # (u,) ascending
    counts: NDArray[np.int64]  # (u,) how many items each had
    items: Rows  # (t,) user by user, each user's ascending
    catalogue: Rows  # (c,) the items that were learnt from: row i of a draft is catalogue[i]

    @classmethod
    def of(cls, events: Events, learn: NDArray[np.bool_], counted: NDArray[np.bool_]) -> "Truth":
        """Gather the counted events, each pair once.

        Args:
            events: all events.
            learn: (n,) which of them the models learn from.
            counted: (n,) which of them are right answers.
        """
        pairs = np.unique(_pairs(events, counted))
        users, counts = np.unique(pairs // len(events.item_ids), return_counts=True)
        asked = users.astype(np.int32)
        had = (pairs % len(events.item_ids)).astype(np.int32)
        learnt = np.bincount(events.items[learn], minlength=len(events.item_ids)) > 0
        ids = [*events.user_ids.external(asked)]
        return cls(ids, asked, counts.astype(np.int64), had, np.flatnonzero(learnt).astype(np.int32))

    def parts(self, first: int, second: int, rng: np.random.Generator) -> tuple["Truth", "Truth"]:
        """Return two parts with no user in both, drawn: at most half of the users and so many, and so many others."""
        drawn = rng.permutation(len(self.users))
        first = min(first, len(drawn) // 2)
        return self.at(drawn[:first]), self.at(drawn[first : first + second])

    def at_most(self, count: int | None, seed: int) -> "Truth":
        """Return the part of so many users, drawn, the same for a seed; all of it where there are no more."""
        if count is None or count >= len(self.users):
            return self
        return self.at(np.random.default_rng(seed).choice(len(self.users), count, replace=False))

    def at(self, places: NDArray[np.int64]) -> "Truth":
        """Return the part of some users: (s,) their places among the users, in any order; the part's is ascending."""
        drawn = np.zeros(len(self.users), np.bool_)
        drawn[places] = True
        ids = [*compress(self.user_ids, drawn)]
        return Truth(
            ids, self.users[drawn], self.counts[drawn], self.items[np.repeat(drawn, self.counts)], self.catalogue
        )


def truth_of(events: Events, test: NDArray[np.bool_]) -> Truth:
    """Return what counts of one fold: no cold users, no cold items, nothing seen before.

    Args:
        events: all events.
        test: (n,) which of them are held back; models learn from the others.

    Raises:
        DataError: nothing is left.
    """
    return truth_after(events, ~test, ~test, test)


def truth_after(events: Events, learn: NDArray[np.bool_], before: NDArray[np.bool_], test: NDArray[np.bool_]) -> Truth:
    """Return the same where models are older than the fold: what came between is seen before, and not learnt from.

    Args:
        events: all events.
        learn: (n,) which of them the models learn from.
        before: (n,) which of them users had before the fold.
        test: (n,) which of them are held back.

    Raises:
        DataError: nothing is left.
    """
    hot = np.bincount(events.users[learn], minlength=len(events.user_ids)) > 0
    learnt = np.bincount(events.items[learn], minlength=len(events.item_ids)) > 0
    counted = test & hot[events.users] & learnt[events.items]
    counted[counted] = ~_had(events, before, _pairs(events, counted))
    if not counted.any():
        raise DataError("the fold holds nothing to measure on but cold users, cold items and items seen before")
    return Truth.of(events, learn, counted)


def _had(events: Events, before: NDArray[np.bool_], pairs: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell which pairs (p,) are among the events before (n,), of which some are looked at at a time."""
    wanted, place = np.unique(pairs, return_inverse=True)
    had = np.zeros(len(wanted), np.bool_)
    for start in range(0, len(before) if len(wanted) else 0, TOGETHER):
        part = start + np.flatnonzero(before[start : start + TOGETHER])
        found = _pairs(events, part)
        places = np.minimum(wanted.searchsorted(found), len(wanted) - 1)
        had[places[wanted[places] == found]] = True
    answers: NDArray[np.bool_] = had[place]
    return answers


def _pairs(events: Events, chosen: NDArray[np.bool_] | NDArray[np.int64]) -> NDArray[np.int64]:
    """Return a number for each pair of user and item, of events that are chosen by a mask or by their places."""
    pairs: NDArray[np.int64] = events.users[chosen].astype(np.int64) * len(events.item_ids) + events.items[chosen]
    return pairs
