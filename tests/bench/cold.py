"""Cold start, spawn to first answer, of real families over models of MovieLens 1M, the catalogue and the authorizer."""

import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from statistics import median
from typing import Any

from infra.local.function import TASK_ROOT, Function, lambda_environment
from tests.bench import bounds
from tests.bench.emulator import cold_start
from tests.bench.figures import Figure
from tests.bench.movielens import served_files, trained_store
from tests.bench.served import FAMILIES, Asked, every_function
from tests.bench.timing import Measure, interleaved, medians

ROUNDS = 15
HANDLERS = "tests.bench.handlers"
PEER = "same imports, constant"


def figures() -> Iterator[Figure]:
    """Measure each function between a handler with the same imports and one on FastAPI."""
    store = trained_store()
    with tempfile.TemporaryDirectory(prefix="warmstart-bench-") as folder:
        for asked in every_function(store, Path(folder)):
            files = served_files(store, asked.name) if asked.name in FAMILIES else []
            yield from _figures(asked, files)


def _figures(asked: Asked, files: list[Path]) -> Iterator[Figure]:
    modules = _third_party(asked.function)
    imports = {"BENCH_IMPORTS": ",".join(modules)}
    parts: dict[str, list[float]] = defaultdict(list)
    measures = {
        "ours": _measure(asked.function, asked.event, parts),
        PEER: _measure(Function("same-imports", f"{HANDLERS}.same_imports.handler", imports, 1024, 15), asked.event),
        "bound": bounds.start(modules, files),
    }
    if asked.name in FAMILIES:
        fastapi = Function("fastapi", f"{HANDLERS}.on_fastapi.handler", {}, 1024, 15)
        measures["FastAPI"] = _measure(fastapi, asked.event)
    for measure in measures.values():
        measure()  # writes .pyc files, which images have
    parts.clear()
    times = interleaved(measures, ROUNDS)
    middle = medians(times)
    ours, bare = middle["ours"], middle[PEER]
    yield Figure(
        name=f"cold start, {asked.name}",
        ms=ours,
        peer=PEER,
        peer_ms=bare,
        limit=1.2,
        bound="interpreter, imports, files hashed",
        bound_ms=middle["bound"],
        raw=times,
        parts=_split(parts, ours, bare),
    )
    if "FastAPI" in middle:
        yield Figure(name="  on FastAPI, constant", ms=middle["FastAPI"], peer=PEER, peer_ms=bare)
        yield Figure(
            name="  on FastAPI, constant", ms=middle["FastAPI"], peer=f"cold start, {asked.name}", peer_ms=ours
        )


def _split(parts: Mapping[str, list[float]], ours: float, bare: float) -> dict[str, float]:
    """Lay the parts of the init, which overlap, beside the whole and the peer's whole."""
    return {**{name: median(ms) for name, ms in parts.items()}, "to the first answer": ours, PEER: bare}


def _measure(function: Function, event: dict[str, Any], parts: dict[str, list[float]] | None = None) -> Measure:
    def measure() -> float:
        found = cold_start(function, event)
        if parts is not None:
            for name, ms in found.init_ms.items():
                parts[name].append(ms)
        return found.cold_ms

    return measure


def _third_party(function: Function) -> list[str]:
    """Return the third-party modules that a function has loaded when its init is over."""
    command = [sys.executable, "-m", "tests.bench.third_party", function.handler.rpartition(".")[0]]
    environment = lambda_environment(function, "nowhere")
    done = subprocess.run(command, cwd=TASK_ROOT, env=environment, capture_output=True, text=True, check=True)
    names: list[str] = json.loads(done.stdout.splitlines()[-1])
    return names
