"""All lists of `als` on MovieLens 1M, as `warmstart batch` makes them: in two processes, beside one; 100 items each."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.bench.figures import Amount, Figure
from tests.bench.knn_data import fitting
from tests.bench.movielens import movielens_interactions
from tests.bench.timing import Measure, interleaved, medians, timed
from training.batch import Batch
from training.recipe import ModelSection
from warmstart.manifest import Manifest

ROUNDS = 3
ALS = ModelSection("als", "als", {})
MOST_MS = 0.5  # of a user: 2,000 a second


def figures() -> Iterator[Figure | Amount]:
    """Make them in turn; the start of the processes counts."""
    job = fitting(movielens_interactions())
    with tempfile.TemporaryDirectory(prefix="warmstart-bench-") as name:
        folder = Path(name)
        manifest = job.seal(ALS, folder)
        yield from in_two_processes("batch als, MovieLens 1M", folder, manifest)


def in_two_processes(name: str, folder: Path, manifest: Manifest) -> Iterator[Figure | Amount]:
    """Make all lists of a version in two processes and in one, in turn."""
    times = interleaved({f"{n}": _making(folder, manifest, n) for n in (1, 2)}, ROUNDS)
    middle, users = medians(times), manifest.dataset["users"]
    yield Figure(
        name=f"{name}, {users:,} users, 2 processes",
        ms=middle["2"],
        peer="1 process",
        peer_ms=middle["1"],
        bound="half of one process",
        bound_ms=middle["1"] / 2,
        raw=times,
    )
    yield Amount(name="  a user, 2 processes", amount=middle["2"] / users, unit="ms", limit=MOST_MS)


def _making(folder: Path, manifest: Manifest, workers: int) -> Measure:
    return timed(Batch(folder, manifest, workers=workers).lists)
