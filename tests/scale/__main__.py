"""How far one machine goes: `python -m tests.scale [--users N ...] [--write]`; the largest size takes an hour."""

import argparse
import json
import shutil
import sys
from pathlib import Path
from typing import Any

from infra.marked import put
from tests.scale.report import document, growths, short
from tests.scale.watched import ROOT, Watched
from tests.scale.world import Size, World, described

USERS = (10_000, 100_000, 1_000_000)
BUILD = ROOT / "build" / "scale"
PAGE, README = ROOT / "docs" / "SCALE.md", ROOT / "README.md"


def main() -> None:
    """Measure each size, keep it beside those that were measured before, print the tables and write them if asked."""
    parser = argparse.ArgumentParser(prog="python -m tests.scale", description=__doc__)
    parser.add_argument("--users", type=int, nargs="*", default=USERS, help="sizes to measure; default: %(default)s")
    parser.add_argument("--json", type=Path, default=BUILD.with_suffix(".json"), metavar="FILE")
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.name} and {README.name}, of all in FILE")
    asked = parser.parse_args()
    for users in asked.users:
        _keep(asked.json, _measured(Size(users)))
    found = _kept(asked.json)
    print(document(found))
    if asked.write:
        put(PAGE, {"measured": document(found)})
        put(README, {"scale": short(found)})
    too_fast = [name for name, law in growths(found).items() if not law.met]
    if too_fast:
        sys.exit(f"grows too fast: {', '.join(too_fast)}")


def _measured(size: Size) -> dict[str, Any]:
    folder, steps = BUILD / str(size.users), dict[str, Watched]()
    try:
        for name, step in World(folder, size).steps():
            sys.stderr.write(f"{size.users:,} users, {name}: {step.seconds:.1f} s, {step.peak / 1e9:.2f} GB\n")
            steps[name] = step
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return described(size, steps)


def _kept(path: Path) -> list[dict[str, Any]]:
    """Return the sizes that were measured so far, smallest first."""
    found: list[dict[str, Any]] = json.loads(path.read_text())["sizes"] if path.exists() else []
    return found


def _keep(path: Path, size: dict[str, Any]) -> None:
    others = [other for other in _kept(path) if other["users"] != size["users"]]
    path.parent.mkdir(parents=True, exist_ok=True)
    sizes = sorted([*others, size], key=lambda one: one["users"])
    path.write_text(json.dumps({"sizes": sizes}, indent=1) + "\n", encoding="utf8")


if __name__ == "__main__":
    main()
