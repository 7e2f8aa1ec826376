"""What shows after a while: `python -m tests.endurance [--requests N] [--write]`; takes about twenty minutes."""

import argparse
import secrets
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.endurance import frozen, memory_run, runtime_run
from tests.endurance.report import page

PAGE = Path(__file__).parents[2] / "docs" / "ENDURANCE.md"
LARGE_USERS = 300_000  # a version of 90 MB
TIMEOUTS = (15.0, 2.0)  # the family's, and one too short for the large version
Rows = list[list[str]]


def main() -> None:
    """Measure, check what must hold, print the page and write it if asked."""
    parser = argparse.ArgumentParser(prog="python -m tests.endurance", description=__doc__)
    parser.add_argument("--requests", type=int, default=100_000, help="to each function; default: %(default)s")
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.name}")
    asked = parser.parse_args()
    seed = secrets.randbelow(2**31)
    sys.stderr.write(f"seed {seed}\n")
    tables = (_memory(asked.requests, seed), _runtime(asked.requests // 5, seed), _frozen())
    text = page(*tables)
    print(text)
    if asked.write:
        PAGE.write_text(text, encoding="utf8")


def _memory(requests: int, seed: int) -> Rows:
    rows = [list(memory_run.HEAD)]
    for name in memory_run.NAMES:
        with _folder(name) as folder:
            every = max(100, requests // 50)
            course = memory_run.run(name, folder, warm_up=10 * every, requests=requests, every=every, seed=seed)
        memory_run.check(course)
        rows.append(memory_run.row(course))
    return rows


def _runtime(requests: int, seed: int) -> Rows:
    rows = [list(runtime_run.HEAD)]
    for name in (runtime_run.CONSTANT, *memory_run.NAMES):
        with _folder(f"{name} under awslambdaric") as folder:
            rows.append(runtime_run.row(name, folder, warm_up=requests // 10, requests=requests, seed=seed))
    return rows


def _frozen() -> Rows:
    rows = [list(frozen.HEAD)]
    for timeout in TIMEOUTS:
        with _folder(f"frozen, {timeout:g} s") as folder:
            swaps = frozen.run(folder, timeout_s=timeout, large_users=LARGE_USERS)
            for swap in swaps:
                frozen.check(swap, folder)
        rows += map(frozen.row, swaps)
    return rows


@contextmanager
def _folder(what: str) -> Iterator[Path]:
    sys.stderr.write(f"{what} ...\n")
    with tempfile.TemporaryDirectory(prefix="warmstart-endurance-") as folder:
        yield Path(folder)


if __name__ == "__main__":
    main()
