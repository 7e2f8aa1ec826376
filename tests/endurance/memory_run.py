"""Memory and descriptors of a function over many requests, with new versions promoted in between.

Each function's real handler runs in a process of its own that holds nothing else, and is given parsed events, but not
under `awslambdaric`: that leaks about 120 bytes a request by itself, whatever the handler (`runtime_run.py` shows it).
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import NamedTuple

from infra.families import Family
from infra.local.function import TASK_ROOT, Function, lambda_environment
from infra.local.functions import local_functions
from tests.endurance.memory import MB, Sample, sample
from tests.endurance.mix import ITEMS, MODELS, USERS
from tests.endurance.models import Versions
from warmstart.manifest import Manifest
from warmstart.store import open_store

REFRESH_SECONDS = "0.05"
NAMES = (*MODELS, "catalogue")
HEAD = (
    "function",
    "requests",
    "swaps",
    "RSS warm",
    "at the end",
    "growth",
    "anonymous warm",
    "at the end",
    "descriptors warm / most / end",
)
MOST_GROWTH = 0.05
PARTS = 10  # at whose ends there is a sample


class Course(NamedTuple):
    """One run."""

    name: str
    requests: int
    swaps: int
    samples: list[Sample]  # after the warm-up, along the way, and at the end

    @property
    def growth(self) -> float:
        """By how much RSS grew, as a share of what it was after the warm-up."""
        return self.samples[-1].rss / self.samples[0].rss - 1

    @property
    def most_descriptors(self) -> int:
        """How many descriptors were ever open: a swap's connections may be, as one is looked at."""
        return max(taken.descriptors for taken in self.samples)

    @property
    def more_descriptors(self) -> float:
        """How many more are open in the later half than after the warm-up, in the middle."""
        later = self.samples[len(self.samples) // 2 :]
        return median(taken.descriptors for taken in later) - self.samples[0].descriptors


class Pairs:
    """Two versions of each model, of which the other one is promoted next."""

    def __init__(self, folder: Path, name: str) -> None:
        """Publish what a function serves; the catalogue shows all."""
        self.store = open_store(f"file://{folder / 'store'}")
        self._versions = Versions(self.store, folder / "drafts")
        self._pairs: list[list[Manifest]] = [
            [self._versions.publish(model, family, users=USERS, items=ITEMS) for _ in range(2)]
            for family, models in MODELS.items()
            if name in (family, "catalogue")
            for model in models
        ]
        self._turn = 0
        self.promote()

    def promote(self) -> None:
        """Promote the other version of each model."""
        for pair in self._pairs:
            self._versions.promote(pair[self._turn])
        self._turn = 1 - self._turn


def run(name: str, folder: Path, *, warm_up: int, requests: int, every: int, seed: int) -> Course:
    """Ask one function so many times, with promotions in between; the child checks each status."""
    pairs = Pairs(folder, name)
    with _child(function(name, pairs.store.url, folder / "caches"), seed) as child:
        answered = _Answered(child, pairs, every)
        answered.ask(warm_up)
        answered.swaps = 0
        samples = [sample(child.pid)]
        for _ in range(PARTS):
            answered.ask(requests // PARTS)
            samples.append(sample(child.pid))
    return Course(name, requests, answered.swaps, samples)


class _Answered:
    """Asks in portions, each after a promotion, and counts how often a new version answered."""

    def __init__(self, child: subprocess.Popen[str], pairs: Pairs, every: int) -> None:
        self.swaps = 0
        self._child, self._pairs, self._every = child, pairs, every

    def ask(self, requests: int) -> None:
        """Ask so many times."""
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        for _ in range(max(1, requests // self._every)):
            self._pairs.promote()
            self._child.stdin.write(f"{min(self._every, requests)}\n")
            self._child.stdin.flush()
            line = self._child.stdout.readline()
            assert line, "the function's process ended"
            self.swaps += int(line)


@contextmanager
def _child(function: Function, seed: int) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.endurance.child", function.name, str(seed)]
    environment = lambda_environment(function, "127.0.0.1:1")
    process = subprocess.Popen(
        command, cwd=TASK_ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "ready\n"
        yield process
    finally:
        process.kill()
        process.communicate()


def function(name: str, store: str, caches: Path) -> Function:
    """Return a function as the local twin would start it, with the models that are asked for."""
    families = [
        Family(family, models, models, memory_mb=1024, timeout_s=15, disk_mb=1024, image_mb=0)
        for family, models in MODELS.items()
    ]
    made = local_functions(families, store, caches, {"WARMSTART_REFRESH_SECONDS": REFRESH_SECONDS})
    return next(function for function in made if function.name == name)


def check(course: Course) -> None:
    """Memory grows by no more than 5 %, descriptors by none, and swaps did happen."""
    assert course.growth < MOST_GROWTH, course
    assert course.more_descriptors <= 0, course
    assert course.samples[-1].deleted == 0, "an old version is still mapped"
    assert course.swaps or course.name == "catalogue", course


def row(course: Course) -> list[str]:
    """Return the line of a run in the table."""
    warm, end = course.samples[0], course.samples[-1]
    return [
        course.name,
        f"{course.requests:,}",
        str(course.swaps),
        f"{warm.rss / MB:.1f} MB",
        f"{end.rss / MB:.1f} MB",
        f"{course.growth:+.1%}",
        f"{warm.anonymous / MB:.1f} MB",
        f"{end.anonymous / MB:.1f} MB",
        f"{warm.descriptors} / {course.most_descriptors} / {end.descriptors}",
    ]
