"""Tries a catalogue before it is published: it is opened as it will be served, and a few calls are made."""

from pathlib import Path

import numpy as np

from functions.catalogue.catalogue import Catalogue
from warmstart.errors import Incompatible
from warmstart.manifest import Manifest

SOME = 5  # items and users that are asked for
MOST = 1000  # events of a history in one answer


def check_catalogue(folder: Path, manifest: Manifest) -> None:
    """Raise Incompatible where it cannot be opened, a history is out of order, or a title is not found."""
    catalogue = Catalogue.open(folder, manifest)
    for row in _some(len(catalogue.item_ids)):
        _check_found(catalogue, row)
    for user in _some(len(catalogue.user_ids)):
        _check_history(catalogue, user)


def _some(count: int) -> list[int]:
    return sorted({*np.linspace(0, count - 1, SOME).astype(int).tolist()})


def _check_found(catalogue: Catalogue, row: int) -> None:
    """Find an item by its id and by its title, and describe it."""
    (item,) = catalogue.items(np.array([row], np.int32))
    by_id, by_title = catalogue.find(str(item.item_id)), catalogue.find(item.title or str(item.item_id))
    if by_id[0] != row or row not in by_title:
        raise Incompatible(f"item {row} is not found by its id or its title")


def _check_history(catalogue: Catalogue, user: int) -> None:
    history = catalogue.history(user, 0, MOST)
    times = [seen.timestamp for seen in history if seen.timestamp is not None]
    if len(history) != min(catalogue.seen_count(user), MOST) or times != sorted(times, reverse=True):
        raise Incompatible(f"the history of user {user} is not whole, or not newest first")
