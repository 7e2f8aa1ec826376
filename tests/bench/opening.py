"""Opening an artifact: many users beside few."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from functions.factorization.scorer import FactorizationScorer
from tests.bench.bounds import mapping
from tests.bench.figures import Figure
from tests.bench.synthetic import random_artifact
from tests.bench.timing import Measure, interleaved, medians, timed
from warmstart.live import loader

FEW, MANY = 10_000, 1_000_000  # users
ITEMS, EVENTS = 20_000, 5
ROUNDS = 301


def figures() -> Iterator[Figure]:
    """Measure with integer and with string ids; the files are in the page cache, the mapping is new each time."""
    yield _figure("integer")
    yield _figure("string")


def _figure(ids: Literal["integer", "string"]) -> Figure:
    with tempfile.TemporaryDirectory(prefix="warmstart-bench-") as folder:
        measures = {f"{users:,} users": _opening(Path(folder, str(users)), users, ids) for users in (MANY, FEW)}
        measures["bound"] = mapping([*Path(folder, str(MANY)).iterdir()])
        interleaved(measures, 20)
        times = interleaved(measures, ROUNDS)
    many, few, bound = medians(times).items()
    return Figure(
        name=f"opening, {many[0]}, {ids} ids",
        ms=many[1],
        peer=few[0],
        peer_ms=few[1],
        limit=1.2,
        bound="its files opened and mapped",
        bound_ms=bound[1],
        raw=times,
    )


def _opening(folder: Path, users: int, ids: Literal["integer", "string"]) -> Measure:
    manifest = random_artifact(folder, users=users, items=ITEMS, events=EVENTS, ids=ids)
    load = loader(FactorizationScorer)
    return timed(lambda: load(folder, manifest))
