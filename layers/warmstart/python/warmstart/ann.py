"""An approximate index over inner products: HNSW (Malkov & Yashunin, TPAMI 2020), what serves with hnswlib.

A graph over the inner product itself loses more with every item, for nearness there is no distance. So one more number
makes all items as long as the longest, and those nearest to (q, 0) have the largest inner products with q (Bachrach et
al., "Speeding up the Xbox recommender system", RecSys 2014). What it still misses is told by the recall that training
measures, and the gate refuses a low one.
"""

import struct
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from warmstart.ann_links import refuse_astray
from warmstart.errors import DataError, Incompatible
from warmstart.scorer import Rows

Vectors = NDArray[np.float32]
FILE = "items.hnsw"
LINKS = 16  # of a node
EF_CONSTRUCTION = 200
HEADER = struct.Struct("<QQQQQQiIQQQdQ")  # of hnswlib's `saveIndex`
MOST_LEVELS = 64
ROUNDING = 1e-3  # of the longest vector: the added number is the root of a difference


class Ann:
    """Nearest by inner product, mostly."""

    def __init__(self, index: Any, ef: int) -> None:
        self.ef = ef  # nodes that a search keeps, and so can return at no more cost
        index.set_ef(ef)  # hnswlib takes k where that is more
        self._index = index

    @classmethod
    def build(cls, vectors: Vectors, ef: int) -> "Ann":
        """Index vectors (n, d), longest first, under their places; one thread, for the same result.

        Raises:
            DataError: hnswlib is not installed.
        """
        try:
            import hnswlib  # noqa: PLC0415 an exact search does without it
        except ImportError as error:
            raise DataError(f'search = "hnsw" needs pip install hnswlib ({error})') from None
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
        n_items, factors = vectors.shape
        _check(path, n_items, factors + 1)
        index = hnswlib.Index("l2", factors + 1)
        try:
            index.load_index(str(path), max_elements=n_items)
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


def _check(path: Path, n_items: int, factors: int) -> None:
    """Raise Incompatible where hnswlib would read beyond what it has: it believes what a file says of itself."""
    try:
        with path.open("rb") as file:
            head = file.read(HEADER.size)
    except OSError as error:
        raise Incompatible(f"{FILE}: {error.strerror}") from None
    if len(head) < HEADER.size:
        raise Incompatible(f"{FILE} is too short")
    _, room, count, line, label, vector, levels, entry, links, at_bottom, own, *_ = HEADER.unpack(head)
    if count != n_items:
        raise Incompatible(f"{FILE} holds {count} items, there are {n_items}")
    size = 4 + 4 * 2 * LINKS  # of a count and the links at the bottom, after which a vector lies and then its label
    expected = (size, size + 4 * factors, size + 4 * factors + 8)
    fits = (vector, label, line) == expected and (links, at_bottom, own) == (LINKS, 2 * LINKS, LINKS)
    if not fits or room < count or not 0 <= levels < MOST_LEVELS or entry >= count or head[:8] != bytes(8):
        raise Incompatible(f"{FILE} is not laid out as it is written here")
    try:
        refuse_astray(np.fromfile(path, np.uint8, offset=HEADER.size), n_items, line, LINKS, entry, levels)
    except ValueError as error:
        raise Incompatible(f"{FILE}: {error}") from None


def _equally_long(vectors: Vectors) -> Vectors:
    """Add the number to each vector, longest first, that makes it as long as the longest: (n, d + 1)."""
    squares = (vectors**2).sum(axis=1)
    return np.hstack([vectors, np.sqrt(squares.max() - squares)[:, None]])
