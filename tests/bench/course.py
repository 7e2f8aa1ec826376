"""The local API beside a FastAPI service that loads a pickle and calls RecTools, both with als of MovieLens 1M.

Both are asked over HTTP with a token, one request at a time. `warmstart serve` is a gateway, an authorizer and a
process for every family under `awslambdaric`; the service is one process of uvicorn.
"""

import itertools
import os
import pickle
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx
import numpy as np
import pandas as pd
from implicit.als import AlternatingLeastSquares
from rectools import Columns
from rectools.dataset import Dataset
from rectools.models import ImplicitALSWrapperModel

from tests.bench.emulator import answers
from tests.bench.events import read_event
from tests.bench.figures import Amount, Figure
from tests.bench.movielens import SETTINGS, movielens_interactions, trained_store
from tests.bench.served import family_of
from tests.bench.timing import Measure, interleaved, medians, percentile, timed
from tests.ports import free_port
from tests.scale.watched import tree
from training.local_api import started
from training.stores import open_named

SERVICE = "tests.bench.handlers.course_service"
PEER = "FastAPI, pickle, RecTools"
STARTS, ROUNDS, WARM = 3, 500, 20
USERS = range(1, 6_041, 7)
START_S, POLL_S = 120, 0.01
FUNCTION = "functions.factorization.handler"


class Api(NamedTuple):
    """An API that answers."""

    client: httpx.Client  # knows where it is, and its token
    pid: int  # of the process that all its others descend from

    def items(self, user: int) -> list[int]:
        """Return what it recommends."""
        found: list[int] = self.client.get(f"/reco/als/{user}").raise_for_status().json()["items"]
        return found


def figures() -> Iterator[Figure | Amount]:
    """Start both in turn, then ask both in turn; the function alone is asked without a gateway."""
    store = trained_store()
    with tempfile.TemporaryDirectory(prefix="warmstart-bench-") as folder:
        pickled = Path(folder, "model.pickle")
        _pickle(pickled)
        starts = interleaved({"ours": lambda: _start(_ours(store)), PEER: lambda: _start(_theirs(pickled))}, STARTS)
        family = family_of("als", "factorization", store, Path(folder, "cache"))
        alone = [answers(family, [read_event("als", user) for user in USERS]) for _ in range(STARTS)]
        cold = float(np.median([found.cold_ms for found in alone]))
        peer_ms = medians(starts)[PEER]
        yield Figure(name="start to first answer", ms=medians(starts)["ours"], peer=PEER, peer_ms=peer_ms, raw=starts)
        yield Figure(name="  the function alone, cold start", ms=cold, peer=PEER, peer_ms=peer_ms)
        with _ours(store) as ours, _theirs(pickled) as theirs:
            yield from _asked(ours, theirs, [*alone[0].warm_ms[WARM:]])


def _asked(ours: Api, theirs: Api, alone: list[float]) -> Iterator[Figure | Amount]:
    both = {"ours": ours, PEER: theirs}
    measures = {name: _asking(api) for name, api in both.items()}
    measures["constant"] = timed(lambda: theirs.client.get("/health").raise_for_status())
    interleaved(measures, WARM)
    times = interleaved(measures, ROUNDS)
    for percent in (50, 99):
        at = {name: percentile(values, percent) for name, values in times.items()}
        yield Figure(
            name=f"a known user by HTTP, p{percent}",
            ms=at["ours"],
            peer=PEER,
            peer_ms=at[PEER],
            bound="a constant of that FastAPI",
            bound_ms=at["constant"],
            raw=times if percent == 50 else {},
        )
        name = f"  the function alone, event to answer, p{percent}"
        yield Figure(name=name, ms=percentile(alone, percent), peer=PEER, peer_ms=at[PEER])
    whole = tree(ours.pid)
    yield Amount(name="memory, gateway and every function", amount=_megabytes(whole), unit="MB")
    function = {pid for pid in whole if FUNCTION in Path(f"/proc/{pid}/cmdline").read_text()}
    yield Amount(name="  of it the function that answers", amount=_megabytes(function), unit="MB")
    yield Amount(name=f"  {PEER}", amount=_megabytes(tree(theirs.pid)), unit="MB")


def _asking(api: Api) -> Measure:
    users = itertools.cycle(USERS)
    return timed(lambda: api.items(next(users)))


def _start(opened: AbstractContextManager[Api]) -> float:
    """Return the milliseconds until an API has given its first recommendation."""
    begun = time.perf_counter()
    with opened as api:
        api.items(USERS[0])
        return (time.perf_counter() - begun) * 1000


@contextmanager
def _ours(store: Path) -> Iterator[Api]:
    api = started(open_named(str(store)))
    try:
        yield Api(api._client, api._process.pid)
    finally:
        api.stop()


@contextmanager
def _theirs(pickled: Path) -> Iterator[Api]:
    port = free_port()
    token = secrets.token_urlsafe()
    environment = {**os.environ, "BENCH_PICKLE": str(pickled), "BENCH_TOKEN": token}
    command = [sys.executable, "-m", "uvicorn", f"{SERVICE}:app", "--port", str(port), "--log-level", "warning"]
    headers, url = {"Authorization": f"Bearer {token}"}, f"http://127.0.0.1:{port}"
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        with httpx.Client(base_url=url, headers=headers, timeout=START_S, trust_env=False) as client:
            _wait(client, process)
            yield Api(client, process.pid)
    finally:
        process.terminate()
        process.wait()


def _wait(client: httpx.Client, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + START_S
    while True:
        try:
            client.get("/health").raise_for_status()
        except httpx.ConnectError:
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError("the service does not answer") from None
            time.sleep(POLL_S)
        else:
            return


def _pickle(path: Path) -> None:
    """Fit RecTools' model with the settings of ours, on the same interactions, and pickle it with them."""
    own = movielens_interactions()
    rows = np.repeat(np.arange(len(own.indptr) - 1, dtype=np.int32), np.diff(own.indptr))
    users, items = list(own.user_ids.external(rows)), list(own.item_ids.external(own.items))
    columns = {Columns.User: users, Columns.Item: items, Columns.Weight: own.weights}
    dataset = Dataset.construct(pd.DataFrame({**columns, Columns.Datetime: pd.Timestamp(0)}))
    model = ImplicitALSWrapperModel(AlternatingLeastSquares(**SETTINGS["als"], random_state=32))
    model.fit(dataset)
    path.write_bytes(pickle.dumps((model, dataset)))


def _megabytes(pids: set[int]) -> float:
    """Return what processes have in RAM; a page that several have counts in parts."""
    return sum(_proportional(pid) for pid in pids) / 1000


def _proportional(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
