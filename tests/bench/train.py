"""`warmstart train` of als on MovieLens 1M: all that is not the fit, over the fit."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.bench.figures import Figure
from tests.bench.movielens import NAME, run
from tests.bench.places import data_set

ROUNDS = 3


def figures() -> Iterator[Figure]:
    """Train in fresh processes; the one with the middle ratio counts."""
    data_set(NAME)  # or it is skipped here
    runs = []
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory(prefix="warmstart-bench-") as store:
            runs.append(run(Path(store), "als"))
    runs.sort(key=lambda found: found["wall"] / found["fits"])
    middle = runs[ROUNDS // 2]
    yield Figure(
        name="train als, without the fits",
        ms=(middle["wall"] - middle["fits"]) * 1000,
        peer="both fits",
        peer_ms=middle["fits"] * 1000,
        limit=0.3,
        bound="imports, reading the tables",
        bound_ms=sum(middle["parts"][part] for part in ("imports", "reading the tables")) * 1000,
        raw={name: [found[name] * 1000 for found in runs] for name in ("wall", "fits")},
        parts={name: s * 1000 for name, s in sorted(middle["parts"].items(), key=lambda part: -part[1])},
    )
