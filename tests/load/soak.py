"""Memory and descriptors of every process of the API over a long load, with swaps and revoked tokens meanwhile."""

import itertools
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from statistics import median
from typing import NamedTuple

from tests.endurance.memory import MB, Sample, sample
from tests.endurance.memory_run import MOST_GROWTH
from tests.load.clients import ask_for
from tests.load.market import Market
from tests.load.passing import PassingTokens
from tests.load.processes import GATEWAY, processes_of
from tests.load.requests import CONSTANT, ROWS, requests_to
from tests.load.served import Serving

CLIENTS = 2
SLICES = 100  # of the time; between two of them memory is measured and a version is promoted
REFRESH_SECONDS = 1  # so that promotions are seen soon
WARM, LAST = slice(20, 30), slice(90, 100)  # slices whose medians are compared
HEAD = (
    "process",
    "requests",
    "RSS warm",
    "at the end",
    "growth",
    "net",
    "anonymous, bytes a request",
    "descriptors warm / most / end",
    "",
)


class Course(NamedTuple):
    """One process over the whole run."""

    requests: list[int]  # until the end of each slice
    samples: list[Sample]  # at the end of each slice

    @property
    def asked(self) -> float:
        """How many requests lie between what is compared."""
        return median(self.requests[LAST]) - median(self.requests[WARM])

    def at(self, when: slice, what: str = "rss") -> float:
        """Return the median of something over some slices."""
        return median(getattr(taken, what) for taken in self.samples[when])

    def grown(self, what: str = "rss") -> float:
        """By how much it grew after the warm-up."""
        return self.at(LAST, what) - self.at(WARM, what)

    @property
    def a_request(self) -> float:
        """How many bytes of its own it grew by a request."""
        return self.grown("anonymous") / max(1.0, self.asked)


class Soak(NamedTuple):
    """What a run found."""

    seconds: float
    courses: Mapping[str, Course]
    promotions: int
    revoked: int
    wrong: Counter[str]

    def net_growth(self, name: str) -> float:
        """By how much RSS grew, as a share, without what `awslambdaric` adds to a request that does nothing."""
        course = self.courses[name]
        runtime = 0 if name == GATEWAY else max(0.0, self.courses[CONSTANT].a_request) * course.asked
        return (course.grown() - runtime) / course.at(WARM)

    def misses(self, name: str) -> list[str]:
        """Say what does not hold of a process; nothing where all does."""
        course = self.courses[name]
        more = course.grown("descriptors")
        return [
            *([f"{self.net_growth(name):+.1%}"] if self.net_growth(name) > MOST_GROWTH else []),
            *([f"{more:g} more descriptors"] if more > 0 else []),
            *(["an old version is still mapped"] if course.at(LAST, "deleted") else []),
        ]

    @property
    def missed(self) -> list[str]:
        """Say what does not hold; nothing where all does. The gateway is not judged: on AWS it is another."""
        named = [f"{name}: {what}" for name in ROWS for what in self.misses(name)]
        return [*named, *(f"{what}, {count} times" for what, count in self.wrong.items())]


def soak(market: Market, serving: Serving, tokens: Sequence[str], seconds: float, seed: int) -> Soak:
    """Ask every function for so long, in slices; AssertionError if a process ends."""
    requests = {row: requests_to(row, market.interactions) for row in ROWS}
    processes = processes_of(serving.pid)
    assert processes.keys() == {GATEWAY, *ROWS}, processes
    courses = {name: Course([], []) for name in processes}
    promotions, passing = _promotions(market), PassingTokens(market.store, serving.port)
    counts, wrong, started = Counter[str](), Counter[str](), time.perf_counter()
    for turn in range(SLICES):
        next(promotions)
        passing.turn()
        came = ask_for(seconds / SLICES, serving.port, requests, tokens, CLIENTS, seed + turn)
        counts.update({row: len(ms) for row, ms in came.ms.items()})
        counts[GATEWAY] = sum(counts[row] for row in ROWS)
        wrong.update(came.wrong)
        assert processes_of(serving.pid) == processes, "a process ended"
        for name, course in courses.items():
            course.samples.append(sample(processes[name]))
            course.requests.append(counts[name])
        if turn % 10 == 9:
            sys.stderr.write(f"{turn + 1} % after {counts[GATEWAY]:,} requests, {wrong.total()} wrong answers\n")
    passing.finish()
    wrong.update(passing.wrong)
    return Soak(time.perf_counter() - started, courses, SLICES, passing.revoked, wrong)


def table(found: Soak) -> list[list[str]]:
    """Return the table."""
    return [list(HEAD), *(_line(found, name) for name in (*ROWS, GATEWAY))]


def _promotions(market: Market) -> Iterator[None]:
    """Promote the other version of one model after another."""
    for turn in itertools.count(1):
        for model, versions in market.versions.items():
            market.promote(model, versions[turn % len(versions)])
            yield


def _line(found: Soak, name: str) -> list[str]:
    course = found.courses[name]
    warm, end = course.at(WARM), course.at(LAST)
    most = max(taken.descriptors for taken in course.samples[WARM.start :])
    return [
        name,
        f"{course.requests[-1]:,}",
        f"{warm / MB:.1f} MB",
        f"{end / MB:.1f} MB",
        f"{end / warm - 1:+.1%}",
        f"{found.net_growth(name):+.1%}",
        f"{course.a_request:.0f}",
        f"{course.at(WARM, 'descriptors'):g} / {most} / {course.at(LAST, 'descriptors'):g}",
        "not judged" if name == GATEWAY else "; ".join(found.misses(name)) or "met",
    ]
