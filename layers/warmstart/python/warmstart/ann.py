"""An approximate index over inner products: HNSW (Malkov & Yashunin, TPAMI 2020), what serves with hnswlib.

A graph over the inner product itself loses more with every item, for nearness there is no distance. So one more number
makes all items as long as the longest, and those nearest to (q, 0) have the largest inner products with q (Bachrach et
al., "Speeding up the Xbox recommender system", RecSys 2014). What it still misses is told by the recall that training
measures, and the gate refuses a low one.
"""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from warmstart.errors import Incompatible
from warmstart.scorer import Rows

Vectors = NDArray[np.float32]
FILE = "items.hnsw"
LINKS = 16  # of a node
EF_CONSTRUCTION = 200
ROUNDING = 1e-3  # of the longest vector: the added number is the root of a difference


class Ann:
    """Nearest by inner product, mostly."""

    def __init__(self, index: Any, ef: int) -> None:
        index.set_ef(ef)  # hnswlib takes k where that is more
        self._index = index

    @classmethod
    def build(cls, vectors: Vectors, ef: int) -> "Ann":
        """Index vectors (n, d), longest first, under their places; one thread, for the same result."""
        import hnswlib  # noqa: PLC0415 an exact search does without it

        index = hnswlib.Index("l2", vectors.shape[1] + 1)
        index.init_index(len(vectors), M=LINKS, ef_construction=EF_CONSTRUCTION, random_seed=32)
        index.add_items(_equally_long(vectors), np.arange(len(vectors)), num_threads=1)
        return cls(index, ef)

    @classmethod
    def load(cls, path: Path, vectors: Vectors, ef: int) -> "Ann":
        """Open the index of some vectors (n, d), longest first; raise Incompatible where it is none or of others."""
        try:
            import hnswlib  # noqa: PLC0415
        except ImportError:
            raise Incompatible(f"{FILE} needs hnswlib, and it is not installed") from None
        n_items = len(vectors)
        index = hnswlib.Index("l2", vectors.shape[1] + 1)
        try:
            index.load_index(str(path), max_elements=n_items)
            if index.element_count != n_items:
                raise Incompatible(f"{FILE} holds {index.element_count} items, there are {n_items}")
            first = index.get_items([0])
        except RuntimeError as error:
            raise Incompatible(f"{FILE}: {error}") from None
        longest = _equally_long(vectors[:1])
        if not np.allclose(first, longest, rtol=0, atol=float(ROUNDING * np.linalg.norm(longest))):
            raise Incompatible(f"{FILE} is of other vectors")  # of another dimension it would be read from wrong places
        return cls(index, ef)

    def save(self, path: Path) -> None:
        """Write the index."""
        self._index.save_index(str(path))

    def nearest(self, vector: Vectors, k: int) -> Rows | None:
        """Return k places, best first, as far as the index finds them; None where it finds fewer."""
        try:
            places, _ = self._index.knn_query(np.append(vector, np.float32(0))[None], k=k, num_threads=1)
        except RuntimeError:
            return None
        found: Rows = places[0].astype(np.int32)
        return found


def _equally_long(vectors: Vectors) -> Vectors:
    """Add the number to each vector, longest first, that makes it as long as the longest: (n, d + 1)."""
    squares = (vectors**2).sum(axis=1)
    return np.hstack([vectors, np.sqrt(squares.max() - squares)[:, None]])
