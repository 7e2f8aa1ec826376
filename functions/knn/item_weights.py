"""How much each item of a history says for every other item: a matrix, sparse or dense, memory-mapped."""

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from warmstart.artifact import Artifact
from warmstart.ragged import Ragged
from warmstart.scorer import Rows, Scores


class ItemWeights(Protocol):
    """Weights from a source, which is in the history, to a target, which may be recommended."""

    def sums(self, sources: Rows, strengths: Scores) -> Scores:
        """Return what the sources together say for every item: (n_items,)."""
        ...

    def between(self, sources: Rows, targets: Rows) -> Scores:
        """Return what each source says for each of some targets: (len(targets), len(sources))."""
        ...

    def to(self, target: int) -> Scores:
        """Return what every item says for one target: (n_items,)."""
        ...


def load_weights(artifact: Artifact, n_items: int) -> ItemWeights:
    """Open whichever form an artifact has; raise Incompatible where it has neither, or its arrays do not fit."""
    if "weights" in artifact:
        return DenseWeights(artifact.array("weights", np.float32, n_items, n_items))
    targets = artifact.rows("weights_targets", None)
    index = Ragged.load(artifact, "weights_indptr", n_items, len(targets))
    return SparseWeights(index, targets, artifact.array("weights_values", np.float32, len(targets)))


class SparseWeights:
    """The strongest weights alone, source by source."""

    def __init__(self, index: Ragged, targets: NDArray[Any], values: Scores) -> None:
        self._index = index  # of n_items sources
        self._targets = targets  # (w,)
        self._values = values  # (w,)

    def sums(self, sources: Rows, strengths: Scores) -> Scores:
        """Return what the sources together say for every item: (n_items,)."""
        values = self._index.values(self._values, sources)
        if (strengths != 1).any():
            values *= np.repeat(strengths, self._index.lengths(sources))
        sums = np.zeros(len(self._index), np.float32)
        np.add.at(sums, self._index.values(self._targets, sources), values)
        return sums

    def between(self, sources: Rows, targets: Rows) -> Scores:
        """Return what each source says for each of some targets: (len(targets), len(sources))."""
        places, lengths = self._index.places(sources)
        nowhere = len(targets)  # a last line, for what is not asked
        line = np.full(len(self._index), nowhere)
        line[targets] = np.arange(len(targets))
        found = np.zeros((len(targets) + 1, len(sources)), np.float32)
        found[line[self._targets[places]], np.repeat(np.arange(len(sources)), lengths)] = self._values[places]
        return found[:-1]

    def to(self, target: int) -> Scores:
        """Return what every item says for one target: (n_items,)."""
        places = np.flatnonzero(self._targets == target)
        found = np.zeros(len(self._index), np.float32)
        found[self._index.row_of(places)] = self._values[places]
        return found


class DenseWeights:
    """All weights."""

    def __init__(self, weights: Scores) -> None:
        self._weights = weights  # (n_items, n_items) from source to target

    def sums(self, sources: Rows, strengths: Scores) -> Scores:
        """Return what the sources together say for every item: (n_items,)."""
        sums: Scores = strengths @ self._weights[sources]
        return sums

    def between(self, sources: Rows, targets: Rows) -> Scores:
        """Return what each source says for each of some targets: (len(targets), len(sources))."""
        found: Scores = self._weights[np.ix_(sources, targets)].T
        return found

    def to(self, target: int) -> Scores:
        """Return what every item says for one target: (n_items,)."""
        found: Scores = self._weights[:, target].copy()
        return found
