"""`python -m infra.costs`: what it reads, and what it writes into docs/SCALE.md."""

import json
import re
import sys
from pathlib import Path

import pytest

from infra.costs import __main__ as command
from infra.costs.measured import Measured
from infra.families import read_families
from infra.functions import AUTHORIZER
from infra.marked import put
from infra.tree import ROOT

ALARM = {"Type": "AWS::CloudWatch::Alarm", "Properties": {}}
PAGE = "# Scale\n\nkept\n<!-- costs -->\nwhat was there\n<!-- /costs -->\nalso kept\n<!-- plan --><!-- /plan -->\n"


@pytest.fixture
def measured(tmp_path: Path) -> Path:
    """What a run of the benchmark leaves."""
    names = [*(family.name for family in read_families(ROOT / "functions")), AUTHORIZER]
    amounts = {f"{name}, {what}": 5.0 for name in names for what in ("a warm call", "a cold start", "an answer")}
    amounts |= {"pulled and checked": 500.0, "scores of a core": 60.0}
    amounts |= {"als, an iteration over a million interactions": 1.0}
    figures = [{"name": name, "amount": amount} for name, amount in amounts.items()]
    path = tmp_path / "billed.json"
    path.write_text(json.dumps({"machine": {"cpus": 2, "python": "3.11"}, "figures": figures}))
    return path


@pytest.fixture
def prod(tmp_path: Path) -> Path:
    """A stage with one alarm."""
    folder = tmp_path / "prod"
    folder.mkdir()
    (folder / "one.template.json").write_text(json.dumps({"Resources": {"Alarm": ALARM}}))
    return folder


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str | Path) -> None:
    """Call the command."""
    monkeypatch.setattr(sys, "argv", ["costs", *map(str, arguments)])
    command.main()


def test_it_prints_a_line_for_each_family(
    measured: Path, prod: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """And says what a stage costs that nobody calls."""
    run(monkeypatch, measured, prod)
    printed = capsys.readouterr().out
    for family in read_families(ROOT / "functions"):
        assert f"| {family.name} | {family.memory_mb:,} |" in printed
    assert re.search(r"stage `prod` \| 0\.10 ", printed)


def test_it_writes_between_its_marks_alone(
    measured: Path, prod: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What others have written stays, and a second run changes nothing."""
    page = tmp_path / "SCALE.md"
    page.write_text(PAGE)
    monkeypatch.setattr(command, "PAGE", page)
    run(monkeypatch, measured, prod, "--write")
    written = page.read_text()
    assert written.startswith("# Scale\n\nkept\n<!-- costs -->\nIn US dollars")
    assert "\nalso kept\n<!-- plan -->\n100,000,000 users" in written
    assert "what was there" not in written
    run(monkeypatch, measured, prod, "--write")
    assert page.read_text() == written


def test_it_says_how_to_measure(tmp_path: Path) -> None:
    """A file that is missing or holds something else is answered by the command that makes it."""
    with pytest.raises(ValueError, match=r"tests\.bench billed"):
        Measured.read(tmp_path / "none.json")


def test_it_needs_the_stage_with_alarms(measured: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A month is reckoned with those of prod."""
    with pytest.raises(SystemExit, match="2"):
        run(monkeypatch, measured, tmp_path)


def test_the_page_has_the_marks(tmp_path: Path) -> None:
    """`make costs` finds where to write."""
    page = tmp_path / "SCALE.md"
    page.write_bytes((ROOT / "docs" / "SCALE.md").read_bytes())
    put(page, {"costs": "new", "plan": "new"})
    assert page.read_text(encoding="utf-8").count("new") >= 2
