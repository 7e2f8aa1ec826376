"""What is known of the users that a fold asks for: how long their histories are, and whether anything else is told."""

import numpy as np
from numpy.typing import NDArray

from training.interactions import Events
from warmstart.scorer import Rows

Mask = NDArray[np.bool_]


def history_lengths(events: Events, learn: Mask, users: Rows) -> NDArray[np.int64]:
    """Count the distinct items that some users had before: (u,).

    Args:
        events: all events.
        learn: (n,) which of them came before.
        users: (u,) rows.
    """
    asked = np.zeros(len(events.user_ids), np.bool_)
    asked[users] = True
    mine = learn & asked[events.users]
    n_items = len(events.item_ids)
    pairs = np.unique(events.users[mine].astype(np.int64) * n_items + events.items[mine])
    lengths: NDArray[np.int64] = np.bincount(pairs // n_items, minlength=len(asked))[users]
    return lengths


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
