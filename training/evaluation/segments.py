"""Metrics per kind of user: what is known of them, and how long their history is."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from training.evaluation.comparison import number
from training.evaluation.result import FoldScores, Segment

if TYPE_CHECKING:  # what cuts folds takes seconds to import, and `train` needs none of it
    from training.evaluation.folds import Fold

HISTORIES = ((1, 5), (6, 20), (21, 100), (101, None))  # distinct items, both ends included
Masks = Mapping[str, NDArray[np.bool_]]


def masks(kinds: Masks, lengths: NDArray[np.int64]) -> Masks:
    """Return which users are of each segment: (u,).

    Args:
        kinds: which of them are hot, warm and cold: (u,) each.
        lengths: (u,) of their histories.
    """
    return {**kinds, **dict(_by_history(lengths))}


def by_segment(folds: Sequence["Fold"], scores: Sequence[FoldScores]) -> dict[str, Segment]:
    """Return a model's metrics per segment: means over the folds that have such users, of the means over these."""
    cut = [masks(fold.kinds, fold.history_lengths) for fold in folds]
    names = [name for name in cut[0] if any(fold[name].any() for fold in cut)]
    return {name: _segment([(found, fold[name]) for found, fold in zip(scores, cut, strict=True)]) for name in names}


def _segment(parts: Sequence[tuple[FoldScores, NDArray[np.bool_]]]) -> Segment:
    found = [{name: values[mask] for name, values in scores.values.items()} for scores, mask in parts if mask.any()]
    means = {name: [v[name][~np.isnan(v[name])] for v in found] for name in found[0]}
    return Segment(
        users=sum(int(mask.sum()) for _, mask in parts),
        metrics={name: number(_mean([float(v.mean()) for v in values if len(v)])) for name, values in means.items()},
    )


def _mean(values: list[float]) -> float:
    return float(np.mean(values)) if values else np.nan


def _by_history(lengths: NDArray[np.int64]) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    for low, high in HISTORIES:
        name = f"history {low}+" if high is None else f"history {low}-{high}"
        yield name, (lengths >= low) & (lengths <= (np.inf if high is None else high))
