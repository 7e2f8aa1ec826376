"""What is known of users and items, as columns of ones: what models with features learn from, and answers look up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy import sparse

from training.interactions import Interactions

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
        for name, rows in columns.items():
            distinct = {value: place for place, value in enumerate(sorted({v for values in rows for v in values}))}
            places = [[distinct[value] for value in dict.fromkeys(values)] for values in rows]
            indptr = np.concatenate([[0], np.cumsum([len(line) for line in places])])
            columns_of = np.array([place for line in places for place in line], np.int64)
            block = sparse.csr_matrix(
                (np.ones(len(columns_of), np.float32), columns_of, indptr), (n_rows, len(distinct))
            )
            common = np.flatnonzero(np.bincount(columns_of, minlength=len(distinct)) >= LEAST)
            known += [(name, value) for value, place in distinct.items() if place in set(common.tolist())]
            blocks.append(block[:, common])
        return cls(tuple(known), sparse.hstack(blocks, format="csr", dtype=np.float32))

    def __len__(self) -> int:
        return len(self.values)


def of_users(interactions: Interactions) -> FeatureTable:
    """Gather what the users table says."""
    columns = {
        column: [[] if value is None else [value] for value in values]
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
