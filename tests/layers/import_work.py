"""How much work a function's own modules are to import, whatever else the machine does.

What they import of others is there already. CPU time is held against that of a fixed piece of work done just before and
after in the same process, so a busy or slow machine changes both. Run as a module, it prints one measurement.
"""

import contextlib
import gc
import importlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from functools import cache

OWN = ("warmstart", "functions")
UNIT_MS = 5.0  # what the fixed work takes on the machine that the budget was set on
FIXED = compile(
    """
from dataclasses import dataclass
from typing import NamedTuple
for _ in range(8):
    @dataclass(frozen=True, slots=True)
    class Some:
        a: int
        b: str = ""
        c: float = 0.0
    class Other(NamedTuple):
        a: int
        b: str
""",
    "fixed",
    "exec",
)


def least_work_ms(module: str, enough: float, own: Sequence[str] = OWN, tries: int = 6) -> float:
    """Return the least work of some fresh interpreters, of the first that comes to `enough` or less."""
    least = float("inf")
    for _ in range(tries):
        least = min(least, float(_printed("-m", __name__, *own, "--", *_modules(module))[0]))
        if least <= enough:
            break
    return least


@cache
def _modules(module: str) -> list[str]:
    """Name all modules that importing one loads, in order."""
    names: list[str] = json.loads(_printed("-c", f"import {module}, json, sys; print(json.dumps([*sys.modules]))")[-1])
    return names


def _printed(*arguments: str) -> list[str]:
    environment = {**os.environ, "WARMSTART_STORE": "s3://bucket/stage", "AWS_REGION": "us-east-1"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # images have it compiled; here the second try has
    ran = subprocess.run([sys.executable, *arguments], env=environment, capture_output=True, text=True, check=True)
    return ran.stdout.splitlines()


def _import(names: Sequence[str]) -> None:
    for name in names:
        with contextlib.suppress(ImportError):  # of what only looked like a module
            importlib.import_module(name)


def _fixed_ms() -> float:
    started = time.process_time()
    exec(FIXED, {"__name__": "fixed"})  # noqa: S102
    return (time.process_time() - started) * 1000


def main(own: Sequence[str], names: Sequence[str]) -> float:
    """Measure it here: the milliseconds that the own ones of these modules would take on the budget's machine."""
    ours = [name for name in names if name.partition(".")[0] in own and not name.endswith(".handler")]
    _import([name for name in names if name not in ours and name.partition(".")[0] not in own])
    gc.disable()
    _fixed_ms()
    before, started = _fixed_ms(), time.process_time()
    _import(ours)
    took = (time.process_time() - started) * 1000
    return took / ((before + _fixed_ms()) / 2) * UNIT_MS


if __name__ == "__main__":
    split = sys.argv.index("--")
    print(main(sys.argv[1:split], sys.argv[split + 1 :]))
