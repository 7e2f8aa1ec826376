"""What Lambda would bill for a call of each family, and what a pull, training and lists for everybody take.

It is what `python -m infra.costs` needs to have measured.
"""

import math
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import mean, median
from typing import Any

import numpy as np
from implicit.als import AlternatingLeastSquares
from scipy import sparse

from infra.functions import AUTHORIZER
from infra.local.function import Function
from tests.bench.emulator import answers, good
from tests.bench.events import read_event
from tests.bench.figures import Amount
from tests.bench.movielens import trained_store
from tests.bench.served import FAMILIES, authorizer, family_of
from tests.bench.synthetic import FACTORS, random_artifact
from warmstart.inner_product import ItemVectors
from warmstart.publish import publish
from warmstart.pull import Pull
from warmstart.scorer import NO_ROWS, Query
from warmstart.store import open_store

CALLS, STARTS = 300, 5
USERS = range(1, 6_041, 19)  # of MovieLens 1M
SCORED = 100_000, 512  # items, users of a batch
FITTED = 100_000, 10_000, 20  # users, items, interactions of a user
ITERATIONS = 3
WANTED = Query(
    user=-1,
    history=NO_ROWS,
    weights=np.empty(0, np.float32),
    ages=None,
    fresh=False,
    features={},
    exclude=NO_ROWS,
    only=None,
    k=100,
)
PULLED = 1_000_000  # users of an artifact that is read and checked


def figures() -> Iterator[Amount]:
    """Measure each family's calls, the authorizer's, then a pull, scores and a fit; one thread each."""
    store = trained_store()
    with tempfile.TemporaryDirectory(prefix="warmstart-bench-") as folder:
        for model, family in FAMILIES.items():
            events = [read_event(model, user) for user in USERS]
            yield from _calls(family, family_of(model, family, store, Path(folder) / "cache"), events)
        function, asked = authorizer(Path(folder) / "tokens")
        yield from _calls(AUTHORIZER, function, [asked])
        yield Amount(name="pulled and checked", amount=_pulled(Path(folder)), unit="MB/s")
    yield Amount(name="scores of a core", amount=_scores(), unit="M/s")
    yield Amount(name="als, an iteration over a million interactions", amount=_fit(), unit="core s")


def _calls(name: str, function: Function, events: list[dict[str, Any]]) -> Iterator[Amount]:
    """Bill what a process answers: whole milliseconds, their mean; the median of some starts."""
    found = [answers(function, (events * CALLS)[: CALLS if start == 0 else 1]) for start in range(STARTS)]
    yield Amount(name=f"{name}, a warm call", amount=mean(map(math.ceil, found[0].warm_ms[10:])), unit="ms")
    yield Amount(name=f"{name}, a cold start", amount=median(good(one).cold_ms for one in found), unit="ms")
    yield Amount(name=f"{name}, an answer", amount=len(found[0].warm), unit="bytes")


def _pulled(folder: Path) -> float:
    """Return the MB that are read from a folder's store and checked in a second."""
    manifest = random_artifact(folder / "draft", users=PULLED, items=1_000, events=10)
    store = open_store((folder / "store").as_uri())
    publish(store, folder / "draft", lambda *_: None)
    started = time.perf_counter()
    Pull(store, manifest, folder / "pulled").advance()
    return manifest.total_bytes / 1e6 / (time.perf_counter() - started)


def _scores() -> float:
    """Return the millions of scores that a batch makes in a second, of vectors none of which may be left out."""
    items, users = SCORED
    rng = np.random.default_rng(32)
    vectors = ItemVectors.sorted(rng.standard_normal((items, FACTORS), np.float32))
    asked = rng.standard_normal((users, FACTORS), np.float32)
    started = time.perf_counter()
    vectors.best(asked, [WANTED] * users)
    return items * users / 1e6 / (time.perf_counter() - started)


def _fit() -> float:
    """Return the seconds of one thread for a million interactions, once around, 64 factors."""
    users, items, mean_of = FITTED
    rng = np.random.default_rng(32)
    rows = np.repeat(np.arange(users), mean_of)
    columns = (items * rng.random(len(rows)) ** 2).astype(np.int32)
    matrix = sparse.csr_matrix((np.ones(len(rows), np.float32), (rows, columns)), (users, items))
    model = AlternatingLeastSquares(factors=FACTORS, iterations=ITERATIONS, num_threads=1, use_gpu=False)
    started = time.perf_counter()
    model.fit(matrix, show_progress=False)
    return (time.perf_counter() - started) / ITERATIONS / (matrix.nnz / 1e6)
