"""What is known of the users that a fold asks for: what they had before it, and whether anything else is told."""

import numpy as np
from numpy.typing import NDArray

from training.evaluation.splits import Mask
from training.interactions import Events
from warmstart.scorer import Rows


def histories(events: Events, learn: Mask, users: Rows) -> tuple[Rows, NDArray[np.int64]]:
    """Return the distinct items that some users had before, user by user, and how many each had: (h,), (u,).

    Args:
        events: all events.
        learn: (n,) which of them came before.
        users: (u,) rows, ascending.
    """
    asked = np.zeros(len(events.user_ids), np.bool_)
    asked[users] = True
    mine = learn & asked[events.users]
    n_items = len(events.item_ids)
    pairs = np.unique(events.users[mine].astype(np.int64) * n_items + events.items[mine])
    lengths = np.bincount(pairs // n_items, minlength=len(asked))[users]
    return (pairs % n_items).astype(np.int32), lengths


def kinds(events: Events, users: Rows, lengths: NDArray[np.int64]) -> dict[str, Mask]:
    """Return who is hot (has a history), warm (only features are known) and cold: (u,) each.

    Args:
        events: with the features.
        users: (u,) rows.
        lengths: (u,) of their histories.
    """
    hot, described = lengths > 0, _described(events, users)
    return {"hot": hot, "warm": ~hot & described, "cold": ~hot & ~described}


def _described(events: Events, users: Rows) -> Mask:
    """Tell of which users a feature is known: (u,)."""
    known = np.zeros(len(users), np.bool_)
    for column in events.user_features.values():
        known |= np.array([column[row] is not None for row in users.tolist()], np.bool_)
    return known
