"""Cold start, spawn to first answer, of real families over models of MovieLens 1M."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from infra.local.function import TASK_ROOT, Function, lambda_environment
from tests.bench import bounds
from tests.bench.emulator import cold_start
from tests.bench.events import read_event
from tests.bench.figures import Figure
from tests.bench.movielens import served_files, trained_store
from tests.bench.timing import Measure, interleaved, medians

FAMILIES = {  # model -> its family
    "popular": "lists",
    "als": "factorization",
    "ease": "knn",
    "autoencoder": "neural",
    "two_stage": "ranker",
}
ROUNDS = 15
USER = 1
HANDLERS = "tests.bench.handlers"


def figures() -> Iterator[Figure]:
    """Measure each family between a handler with the same imports and one on FastAPI."""
    store = trained_store()
    for model, family in FAMILIES.items():
        with tempfile.TemporaryDirectory(prefix="warmstart-bench-") as cache:
            yield from _figures(model, family_of(model, family, store, Path(cache)), served_files(store, model))


def _figures(model: str, family: Function, files: list[Path]) -> Iterator[Figure]:
    modules = _third_party(family)
    imports = {"BENCH_IMPORTS": ",".join(modules)}
    functions = {
        "family": family,
        "same imports": Function("same-imports", f"{HANDLERS}.same_imports.handler", imports, 1024, timeout_s=15),
        "FastAPI": Function("fastapi", f"{HANDLERS}.on_fastapi.handler", {}, 1024, timeout_s=15),
    }
    measures = {name: _measure(function, model) for name, function in functions.items()}
    measures["bound"] = bounds.start(modules, files)
    for measure in measures.values():
        measure()  # writes .pyc files, which images have
    times = interleaved(measures, ROUNDS)
    middle = medians(times)
    ours, bare, fastapi = (middle[name] for name in functions)
    yield Figure(
        name=f"cold start, {model}",
        ms=ours,
        peer="same imports, constant",
        peer_ms=bare,
        limit=1.2,
        bound="interpreter, imports, files hashed",
        bound_ms=middle["bound"],
        raw=times,
    )
    yield Figure(name="  on FastAPI, constant", ms=fastapi, peer="same imports, constant", peer_ms=bare)
    yield Figure(name="  on FastAPI, constant", ms=fastapi, peer=f"cold start, {model}", peer_ms=ours)


def _measure(function: Function, model: str) -> Measure:
    return lambda: cold_start(function, read_event(model, USER))


def family_of(model: str, family: str, store: Path, cache: Path) -> Function:
    """Return a family's function that serves one model."""
    environment = {
        "WARMSTART_STORE": store.as_uri(),
        "WARMSTART_MODELS": model,
        "WARMSTART_PRELOAD": model,
        "WARMSTART_CACHE": str(cache),
    }
    return Function(family, f"functions.{family}.handler.handler", environment, 1769, timeout_s=15)


def _third_party(function: Function) -> list[str]:
    """Return the third-party modules that a function has loaded when its init is over."""
    command = [sys.executable, "-m", "tests.bench.third_party", function.handler.rpartition(".")[0]]
    environment = lambda_environment(function, "nowhere")
    done = subprocess.run(command, cwd=TASK_ROOT, env=environment, capture_output=True, text=True, check=True)
    names: list[str] = json.loads(done.stdout.splitlines()[-1])
    return names
