"""Quality beside published numbers: `python -m tests.quality [NAME...]`."""

import argparse
import json
import sys
import time
from pathlib import Path
from types import ModuleType

from tests.bench.figures import Skipped
from tests.bench.places import BUILD
from tests.quality import (
    frameworks,
    gowalla,
    movielens_1m,
    movielens_1m_cold,
    movielens_1m_last,
    movielens_100k,
    movietweetings,
    neural,
    neural_last,
    neural_sampling,
    online_retail,
    online_retail_untimed,
    two_stages,
)
from tests.quality.figures import Figure, table

SETS: dict[str, ModuleType] = {
    "movielens-100k": movielens_100k,
    "movielens-1m": movielens_1m,
    "movielens-1m-cold": movielens_1m_cold,
    "movielens-1m-last": movielens_1m_last,
    "gowalla": gowalla,
    "online-retail": online_retail,
    "online-retail-untimed": online_retail_untimed,
    "movietweetings": movietweetings,
    "two-stages": two_stages,
    "neural": neural,
    "frameworks": frameworks,
    "neural-last": neural_last,
    "neural-sampling": neural_sampling,
}


def main() -> None:
    """Measure what is asked for, print the tables and write everything as JSON; a missed goal is no failure."""
    parser = argparse.ArgumentParser(prog="python -m tests.quality", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which: {', '.join(SETS)}; all by default")
    parser.add_argument(
        "--json", type=Path, default=BUILD / "quality.json", metavar="FILE", help="default: %(default)s"
    )
    asked = parser.parse_args()
    if unknown := set(asked.names) - SETS.keys():
        parser.error(f"no data set {min(unknown)}; there are {', '.join(SETS)}")
    found, skipped = dict[str, list[Figure]](), dict[str, str]()
    for name in asked.names or SETS:
        started = time.perf_counter()
        try:
            found[name] = _measured(SETS[name])
        except Skipped as why:
            skipped[name] = str(why)
            print(f"skipped {name}: {why}\n", flush=True)
            continue
        print(f"{name}, {time.perf_counter() - started:.0f} s\n{table(found[name])}\n", flush=True)
    _write(asked.json, found, skipped)


def _measured(data: ModuleType) -> list[Figure]:
    figures = list[Figure]()
    for figure in data.figures():
        sys.stderr.write(f"{data.NAME}: {figure.model} took {figure.seconds:.0f} s\n")
        figures.append(figure)
    return figures


def _write(path: Path, found: dict[str, list[Figure]], skipped: dict[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    value = {"figures": {name: [figure.to_json() for figure in own] for name, own in found.items()}, "skipped": skipped}
    path.write_text(json.dumps(value, indent=1) + "\n", encoding="utf8")


if __name__ == "__main__":
    main()
