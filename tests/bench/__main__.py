"""Speeds as ratios within one run: `python -m tests.bench [NAME ...] [--json FILE]`."""

import argparse
import json
import os
import platform
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tests.bench.figures import Amount, Figure, figure_of
from tests.bench.places import BUILD, ROOT
from tests.bench.report import report

ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}  # as in functions
BENCHMARKS = {
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
    parser.add_argument("--json", type=Path, default=BUILD / "bench.json", metavar="FILE", help="default: %(default)s")
    asked = parser.parse_args()
    if unknown := set(asked.names) - BENCHMARKS.keys():
        parser.error(f"no benchmark {min(unknown)}; there are {', '.join(BENCHMARKS)}")
    figures, skipped, failed = list[Figure | Amount](), dict[str, str](), set[str]()
    for name in asked.names or BENCHMARKS:
        sys.stderr.write(f"{name} ...\n")
        found = _run(name)
        figures += [figure_of(values) for values in found.get("figures", ())]
        skipped |= {name: found["skipped"]} if "skipped" in found else {}
        failed |= {name} if not found else set()
    print(report(figures, skipped))
    _write(asked.json, figures, skipped)
    if failed:
        sys.exit(f"failed: {', '.join(sorted(failed))}")


def _run(name: str) -> dict[str, Any]:
    """Run one benchmark in a process of its own, which may write .pyc files: images have them. {} where it failed."""
    environment = {**os.environ, **BENCHMARKS[name]}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [sys.executable, "-m", "tests.bench.child", name]
    done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    found: dict[str, Any] = {} if done.returncode else json.loads(done.stdout.splitlines()[-1])
    return found


def _write(path: Path, figures: list[Figure | Amount], skipped: dict[str, str]) -> None:
    machine = {
        "cpus": os.cpu_count(),
        "system": platform.platform(),
        "python": platform.python_version(),
        **{name: version(name) for name in ("numpy", "obstore", "starlette", "msgspec", "mangum")},
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    value = {"machine": machine, "figures": [figure.to_json() for figure in figures], "skipped": skipped}
    path.write_text(json.dumps(value, indent=1) + "\n", encoding="utf8")


if __name__ == "__main__":
    main()
