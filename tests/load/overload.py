"""More than there are answers for: a token past its plan, a slow function, one at its limit, a store that is down."""

import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import httpx

from infra.families import Family
from infra.local.function import Function
from infra.local.functions import local_functions
from infra.plans import PLANS
from tests.endurance.frozen import KEYS, RATE
from tests.endurance.mix import DIES, HANGS, USERS
from tests.endurance.models import Versions
from tests.endurance.s3 import BUCKET, bucket
from tests.load.served import HOST, process, serve
from tests.ports import free_port
from training.token_book import add
from warmstart.problems import MEDIA_TYPE
from warmstart.store import open_store
from warmstart.tokens import create

SLOW = Family("lists", ("popular",), ("popular",), memory_mb=512, timeout_s=1, disk_mb=512, image_mb=0)
AWAY = Family("factorization", ("als",), ("als",), memory_mb=512, timeout_s=15, disk_mb=512, image_mb=0)
FAMILIES = (SLOW, AWAY)
CONCURRENCY = 8  # calls that the slow function may have at once
CLIENT_SECONDS = 60  # in which every request has some answer
ALLOWED = ((503,), (200, 429), (200, 503), (200, 503, 504))  # of each load
HEAD = ("what", "clients", "requests", "answers", "slowest", "next answer")


class Answer(NamedTuple):
    """One answer."""

    status: int
    key: str | None
    headers: Mapping[str, str]
    seconds: float


class Load(NamedTuple):
    """What many requests at once were answered with, and what the one after them was."""

    what: str
    clients: int
    answers: list[Answer]
    next: Answer


class Api(NamedTuple):
    """A running API and the secrets of a token of each plan."""

    url: str
    tokens: Mapping[str, str]
    store: Path
    s3: int  # the port where one function looks for the store

    def ask(self, path: str, plan: str) -> Answer:
        """Ask, and check that an error is a problem."""
        started = time.perf_counter()
        headers = {"Authorization": f"Bearer {self.tokens[plan]}"}
        answer = httpx.get(self.url + path, headers=headers, timeout=CLIENT_SECONDS)
        seconds = time.perf_counter() - started
        assert answer.headers["x-request-id"]
        key = None
        if answer.status_code != 200:
            assert answer.headers["content-type"] == MEDIA_TYPE
            problem = answer.json()
            assert problem["status"] == answer.status_code
            key = problem["errors"][0]["error_key"]
        return Answer(answer.status_code, key, dict(answer.headers), seconds)

    def many(self, paths: Sequence[str], plan: str, clients: int) -> list[Answer]:
        """Ask from so many clients at once."""
        with ThreadPoolExecutor(clients) as pool:
            return list(pool.map(lambda path: self.ask(path, plan), paths))


def throttled(api: Api) -> Load:
    """Ask more often than the free plan allows, then wait as long as is said."""
    paths = [f"/reco/popular/{n}" for n in range(10 * PLANS["free"].burst)]
    answers = api.many(paths, "free", CONCURRENCY)
    time.sleep(_retry_after(answers))
    return Load("one token over the free plan", CONCURRENCY, answers, api.ask("/reco/popular/1", "free"))


def limited(api: Api) -> Load:
    """Ask one slow function from more clients than it may have calls at once."""
    clients = 4 * CONCURRENCY
    answers = api.many([f"/reco/popular/{n}" for n in range(2 * clients)], "internal", clients)
    time.sleep(_retry_after(answers))
    return Load(
        f"a slow function that may have {CONCURRENCY} calls at once",
        clients,
        answers,
        api.ask("/reco/popular/1", "internal"),
    )


def crowded(api: Api, requests: int) -> Load:
    """Ask one slow function; some requests hang it, and some kill it."""
    paths = [f"/reco/popular/{_user(n)}" for n in range(requests)]
    answers = api.many(paths, "internal", CONCURRENCY)
    return Load("the same, which at times hangs or dies", CONCURRENCY, answers, api.ask("/reco/popular/1", "internal"))


def without_store(api: Api) -> Load:
    """Ask a function that has not started well, for its store is down; then put the store up and wait as is said."""
    answers = api.many([f"/reco/als/{n}" for n in range(4)], "internal", 4)
    with bucket(api.store, rate=RATE, idle_seconds=60, port=api.s3):
        time.sleep(_retry_after(answers))
        return Load("a function whose store is down", 4, answers, api.ask("/reco/als/1", "internal"))


def _retry_after(answers: Sequence[Answer]) -> float:
    return max(float(answer.headers.get("retry-after", 0)) for answer in answers)


def all_of_it(api: Api, requests: int) -> list[Load]:
    """Do all of it, and check each answer.

    Args:
        api: a fresh one, whose store in S3 is down.
        requests: how many ask the function that at times hangs or dies.
    """
    loads = [without_store(api), throttled(api), limited(api), crowded(api, requests)]
    for load, allowed in zip(loads, ALLOWED, strict=True):
        check(load, *allowed)
    return loads


def check(load: Load, *allowed: int) -> None:
    """Answers are of all these kinds, all but a 200 say when to come again, and the request afterwards is answered."""
    assert {answer.status for answer in load.answers} == set(allowed), row(load)
    assert all(answer.headers["retry-after"].isdigit() for answer in load.answers if answer.status != 200)
    assert load.next.status == 200, row(load)


def row(load: Load) -> list[str]:
    """Return the line of a table."""
    counted = Counter(f"{answer.status} {answer.key or ''}".strip() for answer in load.answers)
    return [
        load.what,
        str(load.clients),
        str(len(load.answers)),
        ", ".join(f"{kind}: {count}" for kind, count in sorted(counted.items())),
        f"{max(answer.seconds for answer in load.answers):.1f} s",
        f"{load.next.status} in {load.next.seconds:.2f} s",
    ]


def table(loads: Sequence[Load]) -> list[list[str]]:
    """Return the table."""
    return [list(HEAD), *map(row, loads)]


@contextmanager
def api(folder: Path) -> Iterator[Api]:
    """Serve small models behind the local gateway: one by a slow function, one from an S3 that is not there yet."""
    store = open_store(f"file://{folder / 'store'}")
    versions = Versions(store, folder / "drafts")
    for family in FAMILIES:
        for model in family.models:
            versions.promote(versions.publish(model, family.name, users=USERS, items=200))
    tokens = {}
    for plan in ("free", "internal"):
        tokens[plan], token = create(plan, models=["*"], plan=plan, expires_at=None)
        add(store, token)
    s3 = free_port()
    with process("tests.load.overload", folder, store.url, s3) as serving:
        yield Api(serving.url, tokens, folder / "store", s3)


def _user(number: int) -> int:
    return HANGS if number % 40 == 20 else DIES if number % 40 == 39 else number


def _changed(function: Function, s3: int) -> Function:
    """Return a function as it is put under load here."""
    if function.name == SLOW.name:
        return replace(function, handler="tests.load.slow.handler", timeout_s=SLOW.timeout_s, concurrency=CONCURRENCY)
    if function.name == AWAY.name:
        environment = {**function.environment, **KEYS, "WARMSTART_STORE": f"s3://{BUCKET}"}
        return replace(function, environment={**environment, "AWS_ENDPOINT_URL": f"http://{HOST}:{s3}"})
    return function


def main(store: str, caches: str, port: int, s3: int) -> None:
    """Serve until a signal."""
    functions = [_changed(function, s3) for function in local_functions(FAMILIES, store, Path(caches), {})]
    serve(FAMILIES, functions, port)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
