"""`warmstart evaluate`, called as people call it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.training.datasets import board_file
from training.cli.main import main

ALS = "[models.als]\nfactors = 2\nalpha = 5.0\n"


@pytest.fixture
def board(tmp_path: Path) -> Path:
    """Return a recipe for the checkerboard as a file."""
    return board_file(tmp_path, ALS)


def evaluate(recipe: Path, *arguments: str) -> Result:
    """Call the command."""
    return CliRunner().invoke(main, ["evaluate", "--recipe", str(recipe), *arguments])


def test_json_is_the_whole_evaluation(board: Path) -> None:
    """The days are the recipe's; models, ks and metrics are those asked for, the baselines beside them."""
    found = evaluate(board, "--json", "--models", "als", "--folds", "2", "--k", "10,3", "--metrics", "ndcg,coverage")
    value = json.loads(found.stdout)
    assert found.exit_code == 0
    assert value["plan"]["days"] == 10
    assert (len(value["folds"]), value["ks"], [*value["metrics"]]) == (2, [3, 10], ["ndcg", "coverage"])
    assert [model["name"] for model in value["models"]] == ["popular", "popular_recent", "als"]


def test_the_table_is_for_people(board: Path) -> None:
    """Folds, a line per model with mean and interval, marks and a word on what they mean; leaking time is said."""
    found = evaluate(board, "--last", "2", "--folds", "1", "--k", "10", "--segments")
    assert found.exit_code == 0
    assert "LEAKS TIME" in found.stdout
    assert "ndcg@10 per segment" in found.stdout
    random = next(line for line in found.stdout.splitlines() if line.startswith("random"))
    assert "popular" in random
    assert "by ndcg@10 and a paired test" in found.stdout
    assert "no diversity: the items table has no genres" in found.stdout
    beyond = next(line for line in found.stdout.splitlines() if "coverage" in line)
    assert beyond.split() == ["model", "novelty", "serendipity", "coverage", "concentration", "popularity"]


def test_a_model_that_cannot_be_measured_fails_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The others are in the table; why it is not there is said with the table and as an error."""
    monkeypatch.setattr("training.memory.available", lambda: 1_000)
    found = evaluate(board_file(tmp_path, "[models.ease]\n"), "--folds", "1", "--json")
    table = json.loads(found.stdout)
    assert found.exit_code == 1
    assert "ease" not in [model["name"] for model in table["models"]]
    assert f"error: ease was not measured: {table['failed']['ease']}" in found.stderr


def test_cold_users_are_let_in(board: Path) -> None:
    """What is included is no longer excluded."""
    found = evaluate(board, "--json", "--folds", "1", "--metrics", "map", "--include", "cold_users,seen")
    assert json.loads(found.stdout)["plan"]["excluded"] == ["cold_items"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--k", "0"], "k must be between 1 and 100, not 0"),
        (["--k", "ten"], "'ten' is no list of numbers"),
        (["--k", "1,,5"], "no list of numbers"),
        (["--metrics", "ndgc"], "no metric 'ndgc'; there are map"),
        (["--include", "everybody"], "no everybody; there are cold_users"),
        (["--folds", "0"], "--folds"),
        (["--days", "7", "--last", "1"], "exclude each other"),
        (["--days", "1", "--folds", "100"], "nothing to learn from"),
        (["--last", "100", "--folds", "1"], "nothing to learn from"),
    ],
)
def test_a_wrong_call_says_what_is_wrong(board: Path, arguments: list[str], message: str) -> None:
    """A bad k, an unknown metric, folds that leave nobody: a clear message, and exit code 2."""
    found = evaluate(board, *arguments)
    assert found.exit_code == 2
    assert message in " ".join(found.stderr.split())


def test_a_fold_without_test_users_is_a_wrong_call(board: Path) -> None:
    """The fold is named, with its days, and how far the table reaches."""
    table = board.with_name("interactions.csv")
    table.write_text("user_id,item_id,timestamp\n1,1,2026-01-01\n2,2,2026-01-01\n3,1,2026-02-01\n", encoding="utf8")
    found = evaluate(board, "--folds", "1")
    assert found.exit_code == 2
    assert "fold 1 of 1 (2026-01-23 to 2026-02-02) has no test users" in " ".join(found.stderr.split())


def test_folds_by_time_need_times(board: Path) -> None:
    """Without timestamps the message names the other way; that is an error of the data, exit code 1."""
    board.with_name("interactions.csv").write_text("user_id,item_id\n1,1\n1,2\n2,1\n2,2\n", encoding="utf8")
    found = evaluate(board)
    assert found.exit_code == 1
    assert "--last N needs none" in found.stderr
