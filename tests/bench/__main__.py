"""Speeds as ratios within one run: `python -m tests.bench [NAME ...] [--write] [--json FILE]`."""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from tests.bench.figures import Amount, Figure, figure_of
from tests.bench.performance import PAGE, keep, keep_goals, machine
from tests.bench.places import BUILD, ROOT
from tests.bench.report import report

ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}  # as in functions
BENCHMARKS = {
    "course": ONE_THREAD,
    "cold": ONE_THREAD,
    "warm": ONE_THREAD,
    "warm_random": ONE_THREAD,
    "opening": ONE_THREAD,
    "train": {},
    "evaluate": {},
    "knn_fit": {},
    "knn_users": ONE_THREAD,
    "knn_items": ONE_THREAD,
    "trend": ONE_THREAD,
    "search": ONE_THREAD,
    "titles": ONE_THREAD,
    "explorer": ONE_THREAD,
    "batch": {},
    "offline": {},
    "spark_batch": {},
    "neural": ONE_THREAD,
    "ranker": ONE_THREAD,
    "fit": {},
    "help": {},
    "billed": ONE_THREAD,
}


def main() -> None:
    """Run what is asked for, print the table and write everything as JSON; a missed goal is no failure."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which: {', '.join(BENCHMARKS)}; all by default")
    parser.add_argument("--write", action="store_true", help=f"put each benchmark's figures into {PAGE.name}")
    parser.add_argument("--json", type=Path, default=BUILD / "bench.json", metavar="FILE", help="default: %(default)s")
    asked = parser.parse_args()
    if unknown := set(asked.names) - BENCHMARKS.keys():
        parser.error(f"no benchmark {min(unknown)}; there are {', '.join(BENCHMARKS)}")
    if asked.write:
        keep_goals()  # a page that has lost its number is told now, not after an hour
    figures, skipped, failed = list[Figure | Amount](), dict[str, str](), set[str]()
    for name in asked.names or BENCHMARKS:
        found = _run(name)
        own = [figure_of(values) for values in found.get("figures", ())]
        figures += own
        skipped |= {name: found["skipped"]} if "skipped" in found else {}
        failed |= {name} if not found else set()
        if own and asked.write:
            keep(name, own, found["seconds"])
    print(report(figures, skipped))
    _write(asked.json, figures, skipped)
    if failed:
        sys.exit(f"failed: {', '.join(sorted(failed))}")


def _run(name: str) -> dict[str, Any]:
    """Run one benchmark in a process of its own, which may write .pyc files: images have them. {} where it failed."""
    environment = {**os.environ, **BENCHMARKS[name]}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [sys.executable, "-m", "tests.bench.child", name]
    sys.stderr.write(f"{name} ...\n")
    started = time.perf_counter()
    done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    found: dict[str, Any] = {} if done.returncode else json.loads(done.stdout.splitlines()[-1])
    seconds = time.perf_counter() - started
    sys.stderr.write(f"{name}: {found.get('skipped', f'{seconds:.0f} s') if found else 'failed'}\n")
    return {**found, "seconds": seconds} if found else {}


def _write(path: Path, figures: list[Figure | Amount], skipped: dict[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    value = {"machine": machine(), "figures": [figure.to_json() for figure in figures], "skipped": skipped}
    path.write_text(json.dumps(value, indent=1) + "\n", encoding="utf8")


if __name__ == "__main__":
    main()
