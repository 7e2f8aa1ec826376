"""An approximate index over inner products: HNSW (Malkov & Yashunin, TPAMI 2020), the only importer of hnswlib.

Over raw inner product it can collapse without a sound, so training measures its recall and the gate refuses a low one.
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


class Ann:
    """Nearest by inner product, mostly."""

    def __init__(self, index: Any, ef: int) -> None:
        self._index = index
        self._ef = ef

    @classmethod
    def build(cls, vectors: Vectors, ef: int) -> "Ann":
        """Index vectors (n, d) under their places; one thread, for the same result."""
        import hnswlib  # noqa: PLC0415 an exact search does without it

        index = hnswlib.Index("ip", vectors.shape[1])
        index.init_index(len(vectors), M=LINKS, ef_construction=EF_CONSTRUCTION, random_seed=32)
        index.add_items(vectors, np.arange(len(vectors)), num_threads=1)
        return cls(index, ef)

    @classmethod
    def load(cls, path: Path, n_items: int, factors: int, ef: int) -> "Ann":
        """Open an index; raise Incompatible where it is none or of other items."""
        try:
            import hnswlib  # noqa: PLC0415
        except ImportError:
            raise Incompatible(f"{FILE} needs hnswlib, and it is not installed") from None
        index = hnswlib.Index("ip", factors)
        try:
            index.load_index(str(path), max_elements=n_items)
        except RuntimeError as error:
            raise Incompatible(f"{FILE}: {error}") from None
        if index.element_count != n_items:
            raise Incompatible(f"{FILE} holds {index.element_count} items, there are {n_items}")
        return cls(index, ef)

    def save(self, path: Path) -> None:
        """Write the index."""
        self._index.save_index(str(path))

    def nearest(self, vector: Vectors, k: int) -> Rows | None:
        """Return k places, best first, as far as the index finds them; None where it finds fewer."""
        self._index.set_ef(max(self._ef, k))
        try:
            places, _ = self._index.knn_query(vector[None], k=k, num_threads=1)
        except RuntimeError:
            return None
        found: Rows = places[0].astype(np.int32)
        return found
