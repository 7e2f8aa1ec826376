"""What is known of users and items, as columns of ones: what models with features learn from, and answers look up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from training.interactions import Interactions
from warmstart.fallback import label
from warmstart.feature_vectors import NONE

LEAST = 5  # rows that have a value; a rarer one says more of its few rows than of its kind
Value = tuple[str, str]  # column, value


@dataclass(frozen=True)
class FeatureTable:
    """Which values each row has."""

    values: tuple[Value, ...]
    matrix: sparse.csr_matrix  # (n, len(values)) 1 where a row has a value

    @classmethod
    def of(cls, columns: Mapping[str, Sequence[Sequence[str]]], n_rows: int) -> Self:
        """Gather the values that are not rare.

        Args:
            columns: name -> (n_rows,) the values that each row has of it.
            n_rows: how many rows there are.
        """
        known: list[Value] = []
        blocks = [sparse.csr_matrix((n_rows, 0), dtype=np.float32)]
        for column, rows in columns.items():
            values = sorted({value for values in rows for value in values})
            place_of = {value: place for place, value in enumerate(values)}
            lines = [[place_of[value] for value in dict.fromkeys(values)] for values in rows]
            indptr = np.concatenate([[0], np.cumsum([len(line) for line in lines])])
            places = np.array([place for line in lines for place in line], np.int64)
            block = sparse.csr_matrix((np.ones(len(places), np.float32), places, indptr), (n_rows, len(values)))
            common = np.flatnonzero(np.bincount(places, minlength=len(values)) >= LEAST)
            known += [(column, values[place]) for place in common]
            blocks.append(block[:, common])
        return cls(tuple(known), sparse.hstack(blocks, format="csr", dtype=np.float32))

    def __len__(self) -> int:
        return len(self.values)

    def most_common(self, n: int) -> "FeatureTable":
        """Return the same with n values at most: those that most rows have."""
        counts = self.matrix.sum(axis=0).A1
        kept = np.sort(np.argsort(-counts, kind="stable")[:n])
        return FeatureTable(tuple(self.values[place] for place in kept), self.matrix[:, kept])

    def rows(self) -> NDArray[np.int32]:
        """Return which value of each column, in the order of their names, a row has: (n, columns); NONE where none.

        Of a row with several values of a column one is returned.
        """
        columns = sorted({column for column, _ in self.values})
        of_value = np.array([columns.index(column) for column, _ in self.values], np.int64)
        found = np.full((self.matrix.shape[0], len(columns)), NONE, np.int32)
        cells = self.matrix.tocoo()
        found[cells.row, of_value[cells.col]] = cells.col
        return found


def of_users(interactions: Interactions) -> FeatureTable:
    """Gather what the users table says, each value under the label that segments have for it."""
    columns = {
        column: [[] if value is None else [label(column, value)] for value in values]
        for column, values in sorted(interactions.user_features.items())
    }
    return FeatureTable.of(columns, interactions.n_users)


def of_items(interactions: Interactions) -> FeatureTable:
    """Gather the genres that the items table says."""
    texts = interactions.genres or [""] * interactions.n_items
    genres = [[part.strip() for part in text.split("|") if part.strip()] for text in texts]
    return FeatureTable.of({"genres": genres}, interactions.n_items)


def none_of(n_rows: int) -> FeatureTable:
    """Return a table that says nothing."""
    return FeatureTable.of({}, n_rows)
