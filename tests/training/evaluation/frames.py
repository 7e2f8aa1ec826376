"""Answers and truths made by hand."""

from collections.abc import Mapping, Sequence

import numpy as np

from training.evaluation.truth import Truth
from warmstart.scorer import Rows


def lists(*rows: Sequence[int], width: int | None = None) -> Rows:
    """Return answers as (u, width), shorter ones filled with -1."""
    width = max(map(len, rows)) if width is None else width
    return np.array([[*row, *[-1] * (width - len(row))] for row in rows], np.int32).reshape(len(rows), width)


def truth(had: Mapping[int, Sequence[int]], items: int = 10) -> Truth:
    """Return what users had, all of a catalogue of so many items."""
    counts = np.array([len(own) for own in had.values()], np.int64)
    rows = np.array([item for own in had.values() for item in sorted(own)], np.int32)
    return Truth([*had], np.array([*had], np.int32), counts, rows, np.arange(items, dtype=np.int32))
