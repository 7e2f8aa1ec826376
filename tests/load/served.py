"""Every family on loopback, in a process of its own: `python -m tests.load.served STORE CACHES PORT SECONDS`."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from infra.families import Family, read_families
from infra.local.function import TASK_ROOT, Function
from infra.local.functions import local_functions
from infra.local.serve import serve_functions
from tests.load.market import MODELS
from tests.load.requests import CONSTANT
from tests.ports import free_port

HOST = "127.0.0.1"
STOP_SECONDS = 30


class Serving(NamedTuple):
    """A running API."""

    port: int
    pid: int

    @property
    def url(self) -> str:
        """Where it is called."""
        return f"http://{HOST}:{self.port}"


@contextmanager
def process(module: str, folder: Path, store: str, *more: object) -> Iterator[Serving]:
    """Run a module that serves a store until a signal, and prints `ready` once it does."""
    port, log = free_port(), folder / "serve.log"
    command = [sys.executable, "-m", module, store, str(folder / "caches"), str(port), *map(str, more)]
    with log.open("w") as said:
        serving = subprocess.Popen(command, cwd=TASK_ROOT, stdout=subprocess.PIPE, stderr=said, text=True)
    assert serving.stdout is not None
    try:
        assert serving.stdout.readline() == "ready\n", log.read_text()
        yield Serving(port, serving.pid)
    finally:
        serving.terminate()
        serving.communicate(timeout=STOP_SECONDS)


def serve(families: Sequence[Family], functions: Sequence[Function], port: int) -> None:
    """Serve until a signal; `ready` on stdout says when."""
    asyncio.run(serve_functions(families, functions, host=HOST, port=port, ready=lambda: print("ready", flush=True)))


def _families() -> list[Family]:
    """Return every family with the one model that is asked for, and one whose function is the constant."""
    found = [
        replace(family, models=(MODELS[family.name].name,), preload=(MODELS[family.name].name,))
        for family in read_families(TASK_ROOT / "functions")
    ]
    return [*found, Family(CONSTANT, (CONSTANT,), (), memory_mb=512, timeout_s=15, disk_mb=512, image_mb=1)]


def main(store: str, caches: str, port: int, refresh_seconds: str) -> None:
    """Serve every family."""
    families = _families()
    functions = local_functions(families, store, Path(caches), {"WARMSTART_REFRESH_SECONDS": refresh_seconds})
    serve(families, [_with_constant(function) for function in functions], port)


def _with_constant(function: Function) -> Function:
    return replace(function, handler="tests.load.constant.handler") if function.name == CONSTANT else function


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4])
