"""Whether a catalogue's arrays can be read without a further look: every row in range, every text whole."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from warmstart.artifact import Artifact
from warmstart.errors import Incompatible

TEXTS = ("item_ids", "user_ids", "item_titles", "item_genres", "item_search")
CONTINUES = 0b10  # how a byte of UTF-8 begins that begins no character
END = ord("\n")


def refuse_ill_formed(artifact: Artifact) -> None:
    """Read all of its arrays once; raise Incompatible where one of them would mislead."""
    n_items, n_users = _count_ids(artifact, "item_ids"), _count_ids(artifact, "user_ids")
    _refuse_unless(_ascends(artifact.array("seen_indptr", np.int64, n_users + 1)), "histories overlap")
    _refuse_unless(_within(artifact.rows("seen_rows", None), n_items), "histories name items that do not exist")
    if "seen_weights" in artifact:
        _refuse_unless(bool(np.isfinite(artifact.any_array("seen_weights")).all()), "a weight is no number")
    if "users_with_history" in artifact:
        listed = artifact.array("users_with_history", np.int32, None)
        _refuse_unless(_within(listed, n_users) and _ascends(listed, strictly=True), "users are listed that are not")
    for name in TEXTS:
        if f"{name}_bytes" in artifact:
            _refuse_broken_texts(artifact, name)
    _refuse_broken_lines(artifact, n_items)


def _count_ids(artifact: Artifact, name: str) -> int:
    """Return how many there are; their hashes may be equal where they are texts, integers may not."""
    ids = artifact.array(name, (np.int64, np.uint64), None)
    _refuse_unless(_ascends(ids, strictly=f"{name}_bytes" not in artifact), f"{name} are in no order")
    return len(ids)


def _refuse_broken_texts(artifact: Artifact, name: str) -> None:
    """Look at bytes that must be UTF-8, and at offsets that must ascend and stand between characters."""
    offsets, text = artifact.any_array(f"{name}_offsets"), artifact.array(f"{name}_bytes", np.uint8, None)
    _refuse_unless(_ascends(offsets) and _within(offsets, len(text) + 1), f"{name} overlap")
    inner = text[offsets[offsets < len(text)]]
    try:
        text.tobytes().decode()
    except UnicodeDecodeError:
        raise Incompatible(f"{name} are not UTF-8") from None
    _refuse_unless(not (inner >> 6 == CONTINUES).any(), f"{name} are cut within a character")


def _refuse_broken_lines(artifact: Artifact, n_items: int) -> None:
    """Look at what is searched: one line for each item, with its end at its end and nowhere else."""
    rows = artifact.array("search_rows", np.int32, n_items)
    _refuse_unless(bool((np.sort(rows) == np.arange(n_items)).all()), "the search lacks an item or has one twice")
    offsets = artifact.array("item_search_offsets", np.int64, n_items + 1)
    ends = np.flatnonzero(artifact.array("item_search_bytes", np.uint8, None) == END)
    _refuse_unless(np.array_equal(ends, offsets[1:] - 1), "what is searched is not a line for each item")


def _refuse_unless(good: bool, what: str) -> None:
    if not good:
        raise Incompatible(what)


def _ascends(values: NDArray[Any], *, strictly: bool = False) -> bool:
    later, earlier = values[1:], values[:-1]
    return bool((later > earlier if strictly else later >= earlier).all())


def _within(rows: NDArray[Any], count: int) -> bool:
    return not len(rows) or bool(rows.min() >= 0 and rows.max() < count)
