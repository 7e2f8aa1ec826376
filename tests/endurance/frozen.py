"""A function that is stopped between calls, as Lambda freezes it, while new versions of its model are promoted."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import NamedTuple

from functions.factorization.scorer import FactorizationScorer
from infra.families import Family
from infra.local.function import Function
from infra.local.functions import local_functions
from tests.endurance.memory import MB, Sample, forget_peak, peak, sample
from tests.endurance.mix import event
from tests.endurance.models import Versions
from tests.endurance.process import FunctionProcess
from tests.endurance.s3 import BUCKET, bucket
from warmstart.live import loader
from warmstart.manifest import Manifest
from warmstart.recommender import Ask
from warmstart.store import open_store

RATE = 60 * MB  # bytes a second from S3: on the safe side of what a function with one vCPU gets
FROZEN_SECONDS = 0.3  # longer than S3 keeps an idle connection here, so that each call finds its connections closed
IDLE_SECONDS = 0.15
MODEL, OTHER = "als", "als_films"
SPARE = 64 * MB  # of the process itself
CALLS = 6  # before a promotion, and after the swap
MOST_CALLS = 200
HEAD = (
    "time a call has",
    "promoted",
    "size",
    "usual answer",
    "first after",
    "others until the swap",
    "swap",
    "old answers",
    "RSS before",
    "highest",
    "after",
    "allowed",
)
KEYS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}


class Call(NamedTuple):
    """One answer of a function that was frozen before it."""

    ms: float  # from the thaw
    version: str
    items: list[int]
    after: Sample


class Swap(NamedTuple):
    """What one promotion did."""

    timeout_s: float
    what: str
    old: Manifest
    new: Manifest
    other: Manifest
    before: list[Call]
    until: list[Call]  # after the promotion, up to the first answer of the new version
    after: list[Call]
    others: list[Call]  # of the other model, all along
    peak: int  # bytes of RAM

    @property
    def allowed(self) -> int:
        """How much RAM the process may have at most: both versions, the other model, and itself."""
        return self.old.memory_bytes + self.new.memory_bytes + self.other.memory_bytes + SPARE


class Frozen:
    """The function and what it serves."""

    def __init__(self, process: FunctionProcess, versions: Versions) -> None:
        self._process, self._versions = process, versions

    def call(self, model: str) -> Call:
        """Thaw, ask, and freeze again."""
        time.sleep(FROZEN_SECONDS)
        request = json.dumps(event("GET", f"/reco/{model}/1")).encode()
        started = time.perf_counter()
        self._process.thaw()
        answer = json.loads(self._process.invoke(request))
        ms = (time.perf_counter() - started) * 1000
        self._process.freeze()
        assert answer["statusCode"] == 200, answer
        body = json.loads(answer["body"])
        return Call(ms, body["version"], body["items"], sample(self._process.pid))

    def swap(self, what: str, old: Manifest, new: Manifest, other: Manifest) -> Swap:
        """Promote a version and ask until it answers, and a few times more; every third call is the other model's."""
        before = [self.call(MODEL) for _ in range(CALLS)]
        others = [self.call(OTHER)]
        forget_peak(self._process.pid)
        self._versions.promote(new)
        until: list[Call] = []
        while not until or until[-1].version != new.version:
            assert len(until) < MOST_CALLS, "the new version never came"
            until.append(self.call(MODEL))
            if len(until) % 2 == 0:
                others.append(self.call(OTHER))
        after = [self.call(MODEL) for _ in range(CALLS)]
        others.append(self.call(OTHER))
        highest = peak(self._process.pid)
        return Swap(self._process.function.timeout_s, what, old, new, other, before, until, after, others, highest)


@contextmanager
def frozen(
    folder: Path, *, timeout_s: float, large_users: int, idle_seconds: float
) -> Iterator[tuple[Frozen, dict[str, Manifest]]]:
    """Start a function with two models resident; yield it with the versions by name: small ones and large ones."""
    store = open_store(f"file://{folder / 'store'}")
    versions = Versions(store, folder / "drafts")
    sizes = {"small": 20_000, "small again": 20_000, "large": large_users, "large again": large_users}
    made = {name: versions.publish(MODEL, "factorization", users=n, items=2_000) for name, n in sizes.items()}
    made["other"] = versions.publish(OTHER, "factorization", users=20_000, items=2_000)
    for name in ("small", "other"):
        versions.promote(made[name])
    with bucket(folder / "store", rate=RATE, idle_seconds=idle_seconds) as endpoint:
        process = FunctionProcess(_function(endpoint, timeout_s, folder / "caches"), folder / "log")
        with process.running():
            process.freeze()
            yield Frozen(process, versions), made


def run(folder: Path, *, timeout_s: float, large_users: int, idle_seconds: float = IDLE_SECONDS) -> list[Swap]:
    """Promote a small version, a large one, another large one and a small one again."""
    order = ("small", "small again", "large", "large again", "small")
    with frozen(folder, timeout_s=timeout_s, large_users=large_users, idle_seconds=idle_seconds) as (function, made):
        return [
            function.swap(f"{new}, over {old}", made[old], made[new], made["other"]) for old, new in pairwise(order)
        ]


def expected(folder: Path, manifest: Manifest) -> list[int]:
    """Return the answer of a version, computed from its files without a function."""
    version = folder / "store" / "models" / manifest.model / "versions" / manifest.version
    found = loader(FactorizationScorer)(version, manifest).recommend(Ask(user_id=1))
    return [int(item) for item in found.items]


def check(swap: Swap, folder: Path) -> None:
    """Each answer is wholly of one version, old until swapped; time and memory stay within their bounds."""
    items = {manifest.version: expected(folder, manifest) for manifest in (swap.old, swap.new, swap.other)}
    for call in (*swap.before, *swap.until, *swap.after, *swap.others):
        assert call.items == items[call.version]
        assert call.ms < swap.timeout_s * 1000
    assert {call.version for call in (*swap.before, *swap.until[:-1])} <= {swap.old.version}
    assert {call.version for call in (swap.until[-1], *swap.after)} == {swap.new.version}
    assert {call.version for call in swap.others} == {swap.other.version}
    assert swap.peak < swap.allowed
    assert swap.after[-1].after.deleted == 0, "the old version is still mapped"


def row(swap: Swap) -> list[str]:
    """Return the line of a swap in the table."""
    between = [call.ms for call in swap.until[1:-1]]
    return [
        f"{swap.timeout_s:g} s",
        swap.what,
        f"{swap.new.memory_bytes / MB:.0f} MB",
        f"{median(call.ms for call in (*swap.before, *swap.after)):.1f} ms",
        f"{swap.until[0].ms:.0f} ms",
        f"{min(between):.0f} to {max(between):.0f} ms" if between else "-",
        f"{swap.until[-1].ms:.0f} ms" if len(swap.until) > 1 else "in the first",
        str(len(swap.until) - 1),
        f"{swap.before[-1].after.rss / MB:.0f} MB",
        f"{swap.peak / MB:.0f} MB",
        f"{swap.after[-1].after.rss / MB:.0f} MB",
        f"{swap.allowed / MB:.0f} MB",
    ]


def _function(endpoint: str, timeout_s: float, caches: Path) -> Function:
    family = Family(
        "factorization", (MODEL, OTHER), (MODEL, OTHER), memory_mb=1769, timeout_s=15, disk_mb=2048, image_mb=0
    )
    extra = {**KEYS, "AWS_ENDPOINT_URL": endpoint, "WARMSTART_REFRESH_SECONDS": "0"}
    made = local_functions([family], f"s3://{BUCKET}", caches, extra)
    found = next(function for function in made if function.name == family.name)
    return Function(found.name, found.handler, found.environment, found.memory_mb, timeout_s)
