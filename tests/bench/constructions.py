"""Ways to build HNSW for inner products, beside each other: `python -m tests.bench.constructions [ITEMS ...]`.

A market of each of these numbers of items, and MovieLens 1M where it is at hand.
"""

import itertools
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import hnswlib
import numpy as np

from tests.bench.search_data import Searched, movielens, searched
from warmstart.ann import EF_CONSTRUCTION, LINKS, Ann
from warmstart.inner_product import Vectors
from warmstart.scorer import Rows, Scores

K, EFS = 10, (100, 400)
QUERIES = 1_000  # users of the data
RESCORED = 10  # times as many neighbours are asked for where the best of them are found by inner product
PARTS = 4  # of the split by length
LINE = "{:<20}{:<30}{:>5}{:>11}{:>16}{:>9}{:>10}"

Ask = Callable[[Vectors, int], Rows]  # a vector (d,) and an ef -> places, best first


class Way(NamedTuple):
    """A construction."""

    name: str
    build: Callable[[Vectors], Ask]  # of items (n, d), longest first


def main() -> None:
    """Print recall, the time of one answer and of building, one thread."""
    print(LINE.format("vectors", "construction", "ef", "recall@10", "lower quartile", "p50, ms", "build, s"))
    sizes = [int(argument) for argument in sys.argv[1:]] or [20_000, 100_000]
    for name, made in itertools.chain([("MovieLens 1M", movielens())], ((f"{n:,}", searched(n)) for n in sizes)):
        for line in _lines(made) if made else ():
            print(LINE.format(name, *line), flush=True)


def _lines(made: Searched) -> Iterator[tuple[str | float, ...]]:
    items, known = made.sorted_items, np.diff(made.seen.indptr) > 0
    queries = np.random.default_rng(32).permutation(made.users[known])[:QUERIES]
    best = [np.argsort(-(items @ query), kind="stable")[:K] for query in queries]
    for way in WAYS:
        started = time.perf_counter()
        ask = way.build(items)
        seconds = time.perf_counter() - started
        for ef in EFS:
            found, ms = zip(*(_timed(ask, query, ef) for query in queries), strict=True)
            recalls = [len(np.intersect1d(*both)) / K for both in zip(best, found, strict=True)]
            quartile = np.percentile(recalls, 25)
            shown = f"{np.mean(recalls):.3f}", f"{quartile:.1f}", f"{np.median(ms):.3f}", f"{seconds:.1f}"
            yield way.name, ef, *shown


def _timed(ask: Ask, query: Vectors, ef: int) -> tuple[Rows, float]:
    started = time.perf_counter()
    found = ask(query, ef)
    return found, (time.perf_counter() - started) * 1000


def _index(space: str, vectors: Vectors) -> Any:
    index = hnswlib.Index(space, vectors.shape[1])
    index.init_index(len(vectors), M=LINKS, ef_construction=EF_CONSTRUCTION, random_seed=32)
    index.add_items(vectors, np.arange(len(vectors)), num_threads=1)
    return index


def _nearest(index: Any, vector: Vectors, k: int, ef: int) -> tuple[Rows, Scores]:
    index.set_ef(max(ef, k))
    places, distances = index.knn_query(vector[None], k=k, num_threads=1)
    return places[0], distances[0]


def _raw(items: Vectors) -> Ask:
    index = _index("ip", items)
    return lambda vector, ef: _nearest(index, vector, K, ef)[0]


def _added_dimension(items: Vectors) -> Ask:
    """Take what is served."""
    index = Ann.build(items, K)._index
    return lambda vector, ef: _nearest(index, np.append(vector, np.float32(0)), K, ef)[0]


def _normalised(items: Vectors) -> Ask:
    index = _index("cosine", items)

    def ask(vector: Vectors, ef: int) -> Rows:
        places, _ = _nearest(index, vector, min(RESCORED * K, len(items)), ef)
        return places[np.argsort(-(items[places] @ vector))[:K]]

    return ask


def _split(items: Vectors) -> Ask:
    """Index items of about the same length together, and take the best of all indices.

    Yan et al., Norm-Ranging LSH, NeurIPS 2018.
    """
    bounds = np.linspace(0, len(items), PARTS + 1).astype(int)
    starts = bounds[:-1]
    indices = [_index("ip", items[start:stop]) for start, stop in itertools.pairwise(bounds)]

    def ask(vector: Vectors, ef: int) -> Rows:
        found = [_nearest(index, vector, K, ef) for index in indices]
        places = np.concatenate([part + start for (part, _), start in zip(found, starts, strict=True)])
        return places[np.argsort(np.concatenate([distances for _, distances in found]))[:K]]

    return ask


WAYS = (
    Way("raw inner product", _raw),
    Way("added dimension", _added_dimension),
    Way(f"normalised, {RESCORED * K} rescored", _normalised),
    Way(f"split by length in {PARTS}", _split),
)

if __name__ == "__main__":
    main()
