"""Tries a catalogue before it is published: what serving maps without looking is read, and a few calls are made."""

from pathlib import Path

import numpy as np

from functions.catalogue.catalogue import Catalogue
from warmstart.artifact import Artifact
from warmstart.errors import Incompatible
from warmstart.manifest import Manifest

SOME = 5  # items and users that are asked for
MOST = 1000  # events of a history in one answer


def check_catalogue(folder: Path, manifest: Manifest) -> None:
    """Raise Incompatible where a row is out of range, a history out of order, or a title not found."""
    catalogue = Catalogue.open(folder, manifest)
    n_items, n_users = len(catalogue.item_ids), len(catalogue.user_ids)
    _check_arrays(Artifact.open(folder, manifest), n_items)
    if any(code >= len(catalogue.people.values[name]) for name, code in catalogue.people.largest_codes().items()):
        raise Incompatible("user features have codes that stand for nothing")
    for row in _some(n_items):
        _check_found(catalogue, row)
    for user in _some(n_users):
        _check_history(catalogue, user)


def _some(count: int) -> list[int]:
    return sorted({*np.linspace(0, count - 1, SOME).astype(int).tolist()})


def _check_arrays(artifact: Artifact, n_items: int) -> None:
    seen, starts = artifact.rows("seen_rows", None), artifact.array("seen_indptr", np.int64, None)
    ordered = artifact.array("search_rows", np.int32, n_items)
    lines = artifact.array("item_search_offsets", np.int64, n_items + 1)
    if seen.min(initial=0) < 0 or seen.max(initial=0) >= n_items or (np.diff(starts) < 0).any():
        raise Incompatible("histories name items or users that do not exist")
    if not (np.sort(ordered) == np.arange(n_items)).all() or (np.diff(lines) < 1).any():
        raise Incompatible("the search lacks an item or has one twice")


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
