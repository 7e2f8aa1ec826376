"""Flat and approximate search for the largest inner products, one beside the other: time, recall, size."""

import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import hnswlib
import numpy as np
from threadpoolctl import threadpool_limits

from warmstart.ann import EF_CONSTRUCTION, LINKS, Ann
from warmstart.ids import UNKNOWN
from warmstart.inner_product import ItemVectors, Vectors
from warmstart.scorer import NO_ROWS, Query, Rows, Scores

EFS = (25, 50, 100, 200, 400, 800, 1_600)  # nodes that HNSW keeps in a search
TOGETHER = 64  # queries that share a matrix product where the right answers are found
ROUNDING = 1e-5  # of a score: one that is this close to the k-th best is as good
NO_WEIGHTS = np.empty(0, np.float32)
ABSENT = "not installed: pip install faiss-cpu"


class Found(NamedTuple):
    """One search; None all along where its library is not installed."""

    search: str  # library and kind
    build_seconds: float | None = None
    p50_ms: float | None = None  # of one query at a time
    p99_ms: float | None = None
    recall: float | None = None  # at k, mean over queries
    lower_quartile: float | None = None  # of the queries' recall
    megabytes: float | None = None  # vectors and index, as they are kept or written
    note: str = ""


class Built(NamedTuple):
    """A search that can be asked."""

    search: str
    seconds: float
    size: int  # bytes
    ask: Callable[[Vectors], Rows]  # (d,) -> up to k rows


def compare_searches(items: Vectors, queries: Vectors, k: int = 10, efs: Sequence[int] = EFS) -> list[Found]:
    """Build each search and ask it query by query, all on one thread.

    Args:
        items: (n, d).
        queries: (q, d).
        k: how many of the largest inner products are wanted, at most n.
        efs: HNSW is asked with each of these.
    """
    faiss = import_module("faiss") if find_spec("faiss") else None  # the limit holds for libraries that are there
    with threadpool_limits(1):
        parts = (queries[at : at + TOGETHER] @ items.T for at in range(0, len(queries), TOGETHER))
        kth = np.concatenate([np.partition(scores, -k, axis=1)[:, -k] for scores in parts])
        found = [_measured(built, items, queries, kth, k) for built in _all(faiss, items, k, efs)]
    missing = [Found(search, note=ABSENT) for search in ("faiss flat", "faiss HNSW")]
    return found if faiss else [*found, *missing]


def enlarged(items: Vectors, count: int, rng: np.random.Generator) -> Vectors:
    """Make up (count, d) vectors like some (n, d): between the directions of two, as long as the nearer one.

    Two of them at least must not be 0.
    """
    lengths = np.linalg.norm(items, axis=1, keepdims=True)
    known = np.flatnonzero(lengths > 0)
    places = rng.integers(len(known), size=count)
    others = (places + rng.integers(1, len(known), size=count)) % len(known)
    near, far = known[places], known[others]
    share = rng.uniform(0.5, 1.0, (count, 1)).astype(np.float32)
    between = share * (items[near] / lengths[near]) + (1 - share) * (items[far] / lengths[far])
    made: Vectors = between * (lengths[near] / np.linalg.norm(between, axis=1, keepdims=True))
    return made


def _all(faiss: Any, items: Vectors, k: int, efs: Sequence[int]) -> Iterator[Built]:
    """Yield one search after the other, so that no more than one library's indices are held at a time."""
    yield Built("numpy flat", 0.0, items.nbytes, lambda vector: np.argpartition(items @ vector, -k)[-k:])
    with TemporaryDirectory(prefix="search-") as folder:
        yield from _of_warmstart(items, k, efs, Path(folder, "graph"))
        yield _of_hnswlib(items, k, Path(folder, "flat"))
    yield from _of_faiss(faiss, items, k, efs) if faiss else ()


def _of_warmstart(items: Vectors, k: int, efs: Sequence[int], path: Path) -> Iterator[Built]:
    """Yield what is served: exact, and HNSW through hnswlib."""
    started = time.perf_counter()
    exact = ItemVectors.sorted(items)
    seconds, size = time.perf_counter() - started, sum(part.nbytes for part in exact[:4])
    yield Built("warmstart flat", seconds, size, partial(_served, exact, k))
    started = time.perf_counter()
    index = Ann.build(exact.vectors, efs[0])
    seconds += time.perf_counter() - started
    index.save(path)
    del index
    for ef in efs:
        near = exact._replace(ann=Ann.load(path, exact.vectors, ef))
        yield Built(f"hnswlib HNSW, ef {ef}", seconds, size + path.stat().st_size, partial(_served, near, k))


def _of_hnswlib(items: Vectors, k: int, path: Path) -> Built:
    started = time.perf_counter()
    index = hnswlib.BFIndex("ip", items.shape[1])
    index.init_index(len(items))
    index.add_items(items, np.arange(len(items)))
    seconds = time.perf_counter() - started
    index.save_index(str(path))
    return Built(
        "hnswlib flat",
        seconds,
        path.stat().st_size,
        lambda vector: index.knn_query(vector[None], k, num_threads=1)[0][0],
    )


def _of_faiss(faiss: Any, items: Vectors, k: int, efs: Sequence[int]) -> Iterator[Built]:
    started = time.perf_counter()
    flat = faiss.IndexFlatIP(items.shape[1])
    flat.add(items)
    seconds = time.perf_counter() - started
    size = faiss.serialize_index(flat).nbytes
    yield Built("faiss flat", seconds, size, lambda vector: flat.search(vector[None], k)[1][0])
    started = time.perf_counter()
    graph = faiss.IndexHNSWFlat(items.shape[1], LINKS, faiss.METRIC_INNER_PRODUCT)
    graph.hnsw.efConstruction = EF_CONSTRUCTION
    graph.add(items)
    seconds, size = time.perf_counter() - started, faiss.serialize_index(graph).nbytes
    for ef in efs:
        graph.hnsw.efSearch = ef
        yield Built(f"faiss HNSW, ef {ef}", seconds, size, lambda vector: graph.search(vector[None], k)[1][0])


def _served(items: ItemVectors, k: int, vector: Vectors) -> Rows:
    query = Query(
        user=UNKNOWN, history=NO_ROWS, weights=NO_WEIGHTS, ages=None, fresh=False, features={},
        exclude=NO_ROWS, only=None, k=k,
    )  # fmt: skip
    return items.best(vector[None], [query])[0].rows


def _measured(built: Built, items: Vectors, queries: Vectors, kth: Scores, k: int) -> Found:
    built.ask(queries[0])
    recalls, seconds = np.empty(len(queries)), np.empty(len(queries))
    for place, query in enumerate(queries):
        started = time.perf_counter()
        rows = built.ask(query)
        seconds[place] = time.perf_counter() - started
        least = kth[place] - ROUNDING * abs(kth[place])
        recalls[place] = (items[np.unique(rows[rows >= 0])] @ query >= least).sum() / k
    p50, p99 = (float(value) for value in np.percentile(1000 * seconds, (50, 99)))
    mean, quartile = float(recalls.mean()), float(np.percentile(recalls, 25))
    return Found(built.search, built.seconds, p50, p99, mean, quartile, built.size / 10**6)
