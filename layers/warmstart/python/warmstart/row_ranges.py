"""What an artifact's numbers of rows must be: in range, and each list's end no earlier than its beginning.

All of them are read once at load. That is a fraction of what the pull has just hashed, and a row out of range would be
found by one user's request, not by the next version's refusal.
"""

import numpy as np
from numpy.typing import NDArray

from warmstart.artifact import Artifact
from warmstart.errors import Incompatible

STARTS = ("seen_indptr", "weights_indptr", "item_indptr", "list_indptr")
OF_ITEMS = ("seen_rows", "weights_targets", "list_rows", "fallback", "segments", "item_rows", "item_places")
OF_USERS = ("item_users",)


def refuse_out_of_range(artifact: Artifact, n_users: int, n_items: int) -> None:
    """Raise Incompatible where an array names a row that does not exist; those of parts are looked at too."""
    bounds = {**dict.fromkeys(OF_ITEMS, n_items), **dict.fromkeys(OF_USERS, n_users)}
    for name in sorted(artifact.names):
        kind = name.rpartition(".")[2]
        if kind in STARTS:
            _refuse_unless(_ascends(artifact.array(name, np.int64, None)), f"{name} does not ascend")
        elif kind in bounds:
            _refuse_unless(_within(artifact.any_array(name), bounds[kind]), f"{name} names what does not exist")
    if "user_segment" in artifact:
        segments = len(artifact.array("segments", np.int32, None, n_items))
        _refuse_unless(
            _within(artifact.array("user_segment", np.int32, n_users) + 1, segments + 1), "user_segment names none"
        )


def _ascends(starts: NDArray[np.int64]) -> bool:
    return bool((starts[1:] >= starts[:-1]).all())


def _within(rows: NDArray[np.int32], bound: int) -> bool:
    return not rows.size or bool(rows.min() >= 0 and rows.max() < bound)


def _refuse_unless(good: bool, what: str) -> None:
    if not good:
        raise Incompatible(what)
