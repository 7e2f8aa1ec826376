"""`warmstart report`, called as people call it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.training.datasets import board_file
from tests.training.report.made import value
from training.cli.main import main
from training.cli.report import MEASURING


def report(*arguments: object, stdin: str | None = None) -> Result:
    """Call the command."""
    return CliRunner().invoke(main, ["report", *map(str, arguments)], input=stdin)


@pytest.fixture
def board(tmp_path: Path) -> Path:
    """Return a recipe for the checkerboard as a file."""
    return board_file(tmp_path)


def test_it_measures_and_draws(board: Path, tmp_path: Path) -> None:
    """With a recipe it takes evaluate's options; its JSON is the evaluation, which draws the same page again."""
    first, second = tmp_path / "first.html", tmp_path / "second.html"
    options = ("--folds", 1, "--k", "3", "--metrics", "ndcg,novelty", "--to", first, "--json")
    found = report("--recipe", board, *options)
    assert found.exit_code == 0, found.stderr
    assert json.loads(found.stdout)["ks"] == [3]
    again = report("--from", "-", "--to", second, stdin=found.stdout)
    assert (again.exit_code, again.stdout) == (0, f"wrote {second}\n")
    assert first.read_bytes() == second.read_bytes()


def test_a_model_that_cannot_be_measured_fails_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page is written all the same, with the others; what is missing is an error."""
    monkeypatch.setattr("training.memory.available", lambda: 1_000)
    page = tmp_path / "page.html"
    found = report("--recipe", board_file(tmp_path, "[models.ease]\n"), "--folds", 1, "--to", page)
    assert found.exit_code == 1
    assert "error: ease was not measured" in found.stderr
    assert "random" in page.read_text("utf8")


def test_the_page_has_a_usual_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """report.html, unless the answer is JSON."""
    monkeypatch.chdir(tmp_path)
    assert report("--from", "-", "--json", stdin=json.dumps(value())).exit_code == 0
    assert list(tmp_path.iterdir()) == []
    assert report("--from", "-", stdin=json.dumps(value())).exit_code == 0
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "either --recipe, to measure, or --from"),
        (["--recipe", "x", "--from", "-"], "either --recipe, to measure, or --from"),
        (["--from", "-", "--folds", "2", "--k", "5"], "--folds, --k: --from measures nothing"),
        (["--from", "nowhere.json"], "No such file"),
        (["--from", "-", "--to", "no/such/folder/x.html"], "there is no folder no/such/folder"),
    ],
)
def test_a_wrong_call_says_what_is_wrong(arguments: list[str], message: str) -> None:
    """Both sources or none, options without effect, places that do not exist: exit code 2."""
    found = report(*arguments, stdin="{}")
    assert found.exit_code == 2
    assert message in " ".join(found.stderr.split())


def test_what_is_no_evaluation_is_an_error() -> None:
    """One line, exit code 1."""
    found = report("--from", "-", stdin="{}")
    assert (found.exit_code, found.stderr.count("\n")) == (1, 1)
    assert "schema" in found.stderr


def test_options_are_those_of_evaluate() -> None:
    """Nothing is spelt twice: what evaluate learns, report knows."""
    assert {option.name for option in MEASURING} >= {"models", "folds", "days", "last", "ks", "metrics", "include"}
