"""`make costs`: print the tables of docs/SCALE.md about costs, or write them there between their marks."""

import argparse
import sys
from pathlib import Path

from infra.costs.idle import standing
from infra.costs.measured import HOW, Measured
from infra.costs.plan_tables import planned
from infra.costs.tables import costs
from infra.families import read_families
from infra.marked import put
from infra.tree import ROOT

PAGE = ROOT / "docs" / "SCALE.md"


def main() -> None:
    """Reckon, print, and write the page where asked."""
    parser = argparse.ArgumentParser(prog="python -m infra.costs", description=__doc__)
    parser.add_argument("measured", type=Path, help=f"what was measured: {HOW}")
    parser.add_argument(
        "assemblies", type=Path, nargs="+", metavar="ASSEMBLY", help="folders of synthesized stages, prod among them"
    )
    parser.add_argument("--write", action="store_true", help="write docs/SCALE.md")
    asked = parser.parse_args()
    families = read_families(ROOT / "functions")
    try:
        measured = Measured.read(asked.measured)
    except ValueError as error:
        sys.exit(f"error: {error}")
    idle = {folder.name: standing(folder) for folder in asked.assemblies}
    if "prod" not in idle:
        parser.error("no stage prod among the assemblies: a month is reckoned with its alarms")
    parts = {"costs": costs(families, measured, idle), "plan": planned(families, measured)}
    for part in parts.values():
        print(part)
    if asked.write:
        put(PAGE, parts)


if __name__ == "__main__":
    main()
