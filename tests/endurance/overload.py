"""More requests than there are answers for: a token past its plan, and many clients of one slow function."""

import asyncio
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx

from infra.families import Family
from infra.local.function import TASK_ROOT, Function
from infra.local.functions import local_functions
from infra.local.serve import serve_functions
from infra.plans import PLANS
from tests.endurance.mix import DIES, HANGS, USERS
from tests.endurance.models import Versions
from training.token_book import add
from warmstart.problems import MEDIA_TYPE
from warmstart.store import open_store
from warmstart.tokens import create

FAMILY = Family("lists", ("popular",), ("popular",), memory_mb=512, timeout_s=1, disk_mb=512, image_mb=0)
CLIENT_SECONDS = 60  # in which every request has some answer
HEAD = ("what", "clients", "requests", "answers", "slowest", "next answer")


class Came(NamedTuple):
    """One answer."""

    status: int
    key: str | None
    headers: Mapping[str, str]
    seconds: float


class Load(NamedTuple):
    """What many requests at once were answered with, and what the one after them was."""

    what: str
    clients: int
    came: list[Came]
    next: Came


class Api(NamedTuple):
    """A running API and the secrets of a token of each plan."""

    url: str
    tokens: Mapping[str, str]

    def ask(self, path: str, plan: str) -> Came:
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
        return Came(answer.status_code, key, dict(answer.headers), seconds)

    def many(self, paths: Sequence[str], plan: str, clients: int) -> list[Came]:
        """Ask from so many clients at once."""
        with ThreadPoolExecutor(clients) as pool:
            return list(pool.map(lambda path: self.ask(path, plan), paths))


def throttled(api: Api) -> Load:
    """Ask more often than the free plan allows, then wait as long as is said."""
    paths = [f"/reco/popular/{n}" for n in range(4 * PLANS["free"].burst)]
    came = api.many(paths, "free", 8)
    time.sleep(max(float(answer.headers.get("retry-after", 0)) for answer in came))
    return Load("one token over the free plan", 8, came, api.ask("/reco/popular/1", "free"))


def crowded(api: Api, clients: int, requests: int) -> Load:
    """Ask one slow function from many clients at once; some requests hang it, and some kill it."""
    paths = [f"/reco/popular/{_user(n)}" for n in range(requests)]
    came = api.many(paths, "internal", clients)
    return Load(
        "one slow function, which at times hangs or dies", clients, came, api.ask("/reco/popular/1", "internal")
    )


def check(load: Load, *allowed: int) -> None:
    """Answers are of few kinds, all but a 200 say when to come again, and the request afterwards is answered."""
    assert {came.status for came in load.came} <= set(allowed)
    assert all(came.headers["retry-after"].isdigit() for came in load.came if came.status != 200)
    assert load.next.status == 200, load.next


def row(load: Load) -> list[str]:
    """Return the line of a table."""
    counted = Counter(f"{came.status} {came.key or ''}".strip() for came in load.came)
    return [
        load.what,
        str(load.clients),
        str(len(load.came)),
        ", ".join(f"{kind}: {count}" for kind, count in sorted(counted.items())),
        f"{max(came.seconds for came in load.came):.1f} s",
        f"{load.next.status} in {load.next.seconds:.2f} s",
    ]


@contextmanager
def api(folder: Path) -> Iterator[Api]:
    """Serve a small model by a slow function behind the local gateway, in a process of its own."""
    store = open_store(f"file://{folder / 'store'}")
    versions = Versions(store, folder / "drafts")
    versions.promote(versions.publish("popular", "lists", users=USERS, items=200))
    tokens = {}
    for plan in ("free", "internal"):
        tokens[plan], token = create(plan, models=["*"], plan=plan, expires_at=None)
        add(store, token)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = int(listener.getsockname()[1])
    with (folder / "serve.log").open("w") as log:
        command = [sys.executable, "-m", "tests.endurance.overload", store.url, str(folder / "caches"), str(port)]
        process = subprocess.Popen(command, cwd=TASK_ROOT, stdout=subprocess.PIPE, stderr=log, text=True)
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "ready\n", (folder / "serve.log").read_text()
        yield Api(f"http://127.0.0.1:{port}", tokens)
    finally:
        process.terminate()
        process.communicate(timeout=30)


def _user(number: int) -> int:
    return HANGS if number % 40 == 20 else DIES if number % 40 == 39 else number


def _slow(function: Function) -> Function:
    if function.name != FAMILY.name:
        return function
    return Function(function.name, "tests.endurance.slow.handler", function.environment, 512, FAMILY.timeout_s)


def main(store: str, caches: str, port: int) -> None:
    """Serve until a signal; `ready` on stdout says when."""
    functions = [_slow(function) for function in local_functions([FAMILY], store, Path(caches), {})]
    asyncio.run(
        serve_functions([FAMILY], functions, host="127.0.0.1", port=port, ready=lambda: print("ready", flush=True))
    )


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
