"""docs/PERFORMANCE.md: a section a benchmark, each of its newest run, and every goal with where it stands."""

import os
import platform
import subprocess
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from infra.marked import put
from tests import pages
from tests.bench.figures import Amount, Figure
from tests.bench.goals import Goal, goals_of_pages
from tests.bench.places import ROOT
from tests.bench.report import HEADERS, OF_IT, markdown

PAGE = ROOT / "docs" / "PERFORMANCE.md"
COMMAND = "python -m tests.bench"
LIBRARIES = ("numpy", "obstore", "starlette", "msgspec", "mangum", "rectools", "implicit", "lightfm", "fastapi")
WHEELS = {"implicit": "pm-implicit", "lightfm": "rectools-lightfm"}  # what fills the folder of that name
RULE = "---"  # below the head of a table
GOALS = ("goal", "wanted", "measured", "", "command")


def machine() -> dict[str, str]:
    """Return what the figures were measured on."""
    libraries = {name: version(WHEELS.get(name, name)) for name in LIBRARIES}
    return {
        "cpus": str(os.cpu_count()),
        "system": platform.platform(),
        "python": platform.python_version(),
        "commit": _commit(),
        **libraries,
    }


def keep(name: str, figures: Sequence[Figure | Amount], seconds: float, page: Path = PAGE) -> None:
    """Put a benchmark's figures into its section, in place of those of an older run, and count the goals anew."""
    put(page, {name: section(name, figures, seconds)})
    keep_goals(page)


def keep_goals(page: Path = PAGE) -> None:
    """Read every goal where it was measured, and write the table of them all, what was missed first."""
    found = [*_of_sections(page.read_text(encoding="utf8")), *goals_of_pages()]
    found.sort(key=lambda goal: goal.met)
    missed = sum(not goal.met for goal in found)
    head = f"{len(found)} goals, {len(found) - missed} met, {missed} missed."
    put(page, {"goals": f"{head}\n\n{_goals_table(found)}"})


def section(name: str, figures: Sequence[Figure | Amount], seconds: float) -> str:
    """Return what a page says of one run: its command, when and on what it ran, and its figures."""
    found = machine()
    libraries = ", ".join(f"{library} {found[library]}" for library in LIBRARIES)
    when = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    ran = (
        f"`{COMMAND} {name} --write`, {when}, {seconds:.0f} s, commit {found['commit']}; {found['cpus']} CPUs, "
        f"Python {found['python']}, {libraries}."
    )
    return f"{ran}\n\n{markdown(figures)}"


def _of_sections(page: str) -> Iterator[Goal]:
    """Read the goals that the rows of the benchmarks' tables have; what a row is of stands above it."""
    name = whole = ""
    for line in page.splitlines():
        if line.startswith(f"`{COMMAND} "):
            name = line.split("`")[1]
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not line.startswith("| ") or len(cells) != len(HEADERS) or cells[0] in {HEADERS[0], RULE}:
            continue
        what, ms, _, _, ratio, _, _, _, wanted, verdict = cells
        if what.startswith(OF_IT):
            what = f"{whole}: {what.removeprefix(OF_IT)}"
        else:
            whole = what
        if wanted != "-":
            in_ms = f"{ms} ms" if ratio and wanted.endswith(" ms") else ""
            yield Goal(what, wanted, in_ms or ratio or ms, verdict, name.removesuffix(" --write"))


def _goals_table(goals: Sequence[Goal]) -> str:
    rows = [(goal.what, goal.wanted, goal.measured, goal.verdict, f"`{goal.command}`") for goal in goals]
    return pages.markdown([GOALS, *rows])


def _commit() -> str:
    """Return the commit of this tree, with + where more than the page itself has been changed."""
    here = ["git", "-C", str(ROOT)]
    commit = subprocess.run([*here, "rev-parse", "--short=10", "HEAD"], capture_output=True, text=True, check=False)
    others = ["--", ".", f":!{PAGE.relative_to(ROOT)}"]
    same = subprocess.run([*here, "diff", "--quiet", "HEAD", *others], capture_output=True, check=False)
    return (commit.stdout.strip() or "unknown") + ("+" if same.returncode else "")
