"""The links of hnswlib's file, looked at before it follows them: it would follow any number out of its memory."""

from bisect import bisect_left

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint32]
COUNT = 0xFFFF  # of a list's first word: how many links follow; above it a mark


def refuse_astray(data: NDArray[np.uint8], n_items: int, line: int, links: int, entry: int, levels: int) -> None:
    """Raise ValueError where a link leads to what does not exist.

    Args:
        data: (bytes,) the file after its header.
        n_items: of the index.
        line: bytes of an item on the bottom level, where it has twice as many links: these, vector and label.
        links: most of an item on each level above.
        entry: where a search begins.
        levels: above the bottom.
    """
    if len(data) < n_items * line or len(data) % 4:
        raise ValueError("the index is cut")
    bottom, rest = data[: n_items * line].view(np.uint32).reshape(n_items, -1), data[n_items * line :].view(np.uint32)
    height, starts = _heights(rest, n_items, links + 1)
    lists = [(start + level * (links + 1), level + 1) for item, start in starts for level in range(height[item])]
    places, level = np.array(lists, np.int64).reshape(-1, 2).T
    above = rest[places[:, None] + np.arange(links + 1)]
    labels = bottom[:, -2:]
    good = _lead(bottom[:, : 2 * links + 1], height, np.zeros(n_items, np.int64)) and _lead(above, height, level)
    if not good or labels[:, 1].any() or (labels[:, 0] >= n_items).any() or height[entry] != levels:
        raise ValueError("the index has links to what does not exist")


def _heights(words: Words, n_items: int, list_words: int) -> tuple[NDArray[np.int64], list[tuple[int, int]]]:
    """Return on how many levels above the bottom each item is, and of those on any where its lists begin.

    An item has a word with the bytes of its lists, and then these; nearly all have none.
    """
    height, starts = np.zeros(n_items, np.int64), []
    filled = [*np.flatnonzero(words).tolist(), len(words)]
    item = place = at = 0
    while place < len(words):
        at = bisect_left(filled, place, at)
        item, place = item + filled[at] - place, filled[at]
        if place == len(words):
            break
        count, rest = divmod(int(words[place]), 4 * list_words)
        if rest or item >= n_items or place + count * list_words >= len(words):
            raise ValueError("the index has levels of no length")
        height[item] = count
        starts.append((item, place + 1))
        item, place = item + 1, place + 1 + count * list_words
    if item != n_items:
        raise ValueError("the index lacks items")
    return height, starts


def _lead(lists: Words, height: NDArray[np.int64], level: NDArray[np.int64]) -> bool:
    """Return whether all links of some lists (l, 1 + links) lead to items that are on the list's level (l,)."""
    counts = lists[:, 0] & COUNT
    links = lists[:, 1:].astype(np.int64)
    there = np.arange(links.shape[1]) < counts[:, None]
    if (counts > links.shape[1]).any() or (links[there] >= len(height)).any():
        return False
    levels = np.broadcast_to(level[:, None], links.shape)[there]
    return bool((height[links[there]] >= levels).all())
