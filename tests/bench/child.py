"""One benchmark in a process of its own: `python -m tests.bench.child NAME` prints its figures as JSON."""

import importlib
import json
import sys
from dataclasses import asdict
from typing import Any

from tests.bench.figures import Skipped


def main(name: str) -> None:
    """Run it; one that cannot run here says why."""
    found: dict[str, Any]
    try:
        found = {"figures": [asdict(figure) for figure in importlib.import_module(f"tests.bench.{name}").figures()]}
    except Skipped as reason:
        found = {"skipped": str(reason)}
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1])
