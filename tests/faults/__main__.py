"""Makes every fault happen and writes docs/RELIABILITY.md: `python -m tests.faults`."""

import sys
from pathlib import Path

from tests.faults.case import Case, NotHere, attempt
from tests.faults.cases import CASES
from tests.faults.report import Line, document
from tests.faults.world import World, running_world

DOCUMENT = Path(__file__).parents[2] / "docs" / "RELIABILITY.md"


def main() -> None:
    """Run all cases; a case that is not as expected stands in the document, and fails the command."""
    with running_world() as world:
        lines = [_line(world, case) for case in CASES]
    DOCUMENT.write_text(document(lines), encoding="utf8")
    differing = [line for line in lines if not line.good]
    for line in differing:
        print(f"{line.case.row}: {line.case.name}: expected {line.case.expected}, seen {line.seen}")
    print(f"{len(lines)} cases, {len(differing)} not as expected: {DOCUMENT.name}")
    sys.exit(bool(differing))


def _line(world: World, case: Case) -> Line:
    sys.stderr.write(f"{case.row}: {case.name}\n")
    try:
        seen = attempt(case, world)
    except NotHere as reason:
        return Line(case, case.expected, f"not run here: {reason}")
    except Exception as error:
        return Line(case, f"{type(error).__name__} in the case itself", "")
    return Line(case, seen.what, seen.figures.replace(str(world.folder), "FOLDER"))


if __name__ == "__main__":
    main()
