"""Rows of different lengths that lie end to end in arrays: where each of them begins and ends."""

from typing import Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from warmstart.artifact import Artifact
from warmstart.errors import Incompatible
from warmstart.scorer import Rows

Places = NDArray[np.int64]
V = TypeVar("V", bound=np.generic)


class Ragged:
    """The index of compressed sparse rows."""

    def __init__(self, indptr: Places) -> None:
        self._indptr = indptr  # (n_rows + 1,)

    @classmethod
    def load(cls, artifact: Artifact, name: str, n_rows: int, n_values: int) -> Self:
        """Open an index over arrays of `n_values`; raise Incompatible where it does not fill them."""
        indptr = artifact.array(name, np.int64, n_rows + 1)
        if indptr[0] != 0 or indptr[-1] != n_values:
            raise Incompatible(f"{name} does not fill its rows")
        return cls(indptr)

    def __len__(self) -> int:
        return len(self._indptr) - 1

    def __getitem__(self, row: int) -> slice:
        return slice(int(self._indptr[row]), int(self._indptr[row + 1]))

    def places(self, rows: Rows) -> tuple[Places, Places]:
        """Return where the values of several rows lie, row after row, and how many each row has: (p,), (len(rows),)."""
        starts = self._indptr[rows]
        lengths = self._indptr[rows + 1] - starts
        ends = np.cumsum(lengths)
        places: Places = np.repeat(starts - ends + lengths, lengths)
        places += np.arange(len(places))
        return places, lengths

    def values(self, array: NDArray[V], rows: Rows) -> NDArray[V]:
        """Return the values of several rows in an array (n_values,), row after row: (p,).

        Each row is one piece of memory, and joining pieces reads less than gathering from their places.
        """
        pieces = map(slice, self._indptr[rows].tolist(), self._indptr[rows + 1].tolist())
        joined = bytearray().join(map(array.data.__getitem__, pieces))  # unlike bytes, the caller's to change
        return np.frombuffer(joined, array.dtype)

    def lengths(self, rows: Rows) -> Places:
        """Return how many values each of several rows has: (len(rows),)."""
        lengths: Places = self._indptr[rows + 1] - self._indptr[rows]
        return lengths

    def row_of(self, places: Places) -> Places:
        """Return the row in which each place lies: (p,)."""
        return np.searchsorted(self._indptr, places, side="right") - 1
