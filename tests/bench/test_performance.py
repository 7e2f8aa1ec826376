"""The page of all figures and goals."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.bench.__main__ import BENCHMARKS
from tests.bench.figures import Amount, Figure
from tests.bench.goals import Wanted, goals_of_pages
from tests.bench.performance import PAGE, keep, section

FAST = Figure(name="answer, p50", ms=0.5, peer="theirs", peer_ms=2, limit=1.2, bound="a product", bound_ms=0.25)
SLOW = Figure(name="page", ms=40, peer="bare", peer_ms=10, limit=16, limits="ms")
SIZES = (Amount(name="artifact", amount=500, unit="MB"), Amount(name="  lost", amount=3, unit="%", limit=1))


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """A page with two sections, of which one has run before."""
    path = tmp_path / "page.md"
    parts = {"goals": "", "cold": "", "warm": section("warm", [SLOW], 3)}
    path.write_text(
        "".join(f"about {name}\n<!-- {name} -->\n{part}\n<!-- /{name} -->\n" for name, part in parts.items())
    )
    return path


def rows(page: Path, part: str) -> list[list[str]]:
    """Return the cells of the rows of a part, without its head."""
    text = page.read_text().partition(f"<!-- {part} -->")[2].partition(f"<!-- /{part} -->")[0]
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_a_benchmark_replaces_its_own_section(page: Path) -> None:
    """What others measured before stays, and what people wrote."""
    keep("cold", [FAST], 12.4, page)
    text = page.read_text()
    assert "about cold\n<!-- cold -->\n`python -m tests.bench cold --write`, 2" in text
    assert " UTC, 12 s, commit " in text
    assert rows(page, "warm") == [["page", "40", "bare", "10", "4.00", "", "", "", "<= 16 ms", "missed by 24.00 ms"]]
    keep("cold", [replace(FAST, ms=1)], 1, page)
    assert [row[1] for row in rows(page, "cold")] == ["1.000"]


def test_a_row_has_its_bound(page: Path) -> None:
    """The bound's name, its time, and how many times as long ours takes."""
    keep("cold", [FAST], 1, page)
    assert rows(page, "cold") == [
        ["answer, p50", "0.500", "theirs", "2.000", "0.25", "a product", "0.250", "2.00", "<= 1.2", "met"]
    ]


def test_goals_of_every_section_stand_together(page: Path) -> None:
    """A ratio, a time or an amount, whatever the goal is about; what was missed comes first, with what it is of."""
    keep("cold", [FAST, *SIZES], 1, page)
    found = rows(page, "goals")
    assert found[:2] == [
        ["artifact: lost", "<= 1 %", "3 %", "missed by 2.00 %", "`python -m tests.bench cold`"],
        ["page", "<= 16 ms", "40 ms", "missed by 24.00 ms", "`python -m tests.bench warm`"],
    ]
    assert ["answer, p50", "<= 1.2", "0.25", "met", "`python -m tests.bench cold`"] in found


def test_every_benchmark_has_its_section() -> None:
    """The page has marks for each, and none for what is no benchmark."""
    text = PAGE.read_text(encoding="utf8")
    marked = {line[5:-4] for line in text.splitlines() if line.startswith("<!-- ") and line[5] != "/"}
    assert marked == {*BENCHMARKS, "goals"}


def test_every_goal_of_a_page_stands_in_the_report_as_it_is_now() -> None:
    """Who writes a page anew writes the report too: `python -m tests.bench.goals`."""
    text = PAGE.read_text(encoding="utf8")
    for goal in goals_of_pages():
        assert f"| {goal.what} | {goal.wanted} | {goal.measured} | {goal.verdict} | `{goal.command}` |" in text


def test_a_goal_is_read_from_its_page(tmp_path: Path) -> None:
    """The number, held to what was wanted, both ways."""
    (tmp_path / "page.md").write_text("| als | .3377 (.306) |\n| size | 1,203 MB |\n")
    quality = Wanted(what="als", page="page.md", find=r"^\| als \| (\S+)", command="make quality", at_least=0.34)
    assert (quality.seen(tmp_path).measured, quality.seen(tmp_path).verdict) == (".3377", "missed by 0.0023")
    size = Wanted(what="size", page="page.md", find=r"size \| (\S+) MB", command="it", at_most=1300, unit="MB")
    seen = size.seen(tmp_path)
    assert (seen.wanted, seen.measured, seen.met) == ("<= 1,300 MB", "1,203 MB", True)


def test_a_goal_whose_number_is_gone_is_told(tmp_path: Path) -> None:
    """A page that has lost it, or has it twice, leaves no number to trust."""
    (tmp_path / "page.md").write_text("1 MB\n2 MB\n")
    for pattern, times in ((r"(\d) MB", 2), (r"(\d) GB", 0)):
        wanted = Wanted(what="size", page="page.md", find=pattern, command="it", at_most=1)
        with pytest.raises(ValueError, match=f"page.md has {times} times"):
            wanted.seen(tmp_path)
