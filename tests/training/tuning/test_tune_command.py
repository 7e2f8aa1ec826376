"""`warmstart tune`, as a shell sees it."""

import json
import re
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.training.datasets import checkerboard
from training.cli.console import Commands
from training.cli.tune import tune
from training.recipe import read_recipe

RECIPE = """
name = "board"
[data]
path = "."
[fold]
kind = "{fold}"
[models.popular]
[models.als]
factors = 32 # wide enough
iterations = 5
"""
SHELL = (sys.executable, "-c", "from training.cli.main import main; main()")
ALS = ("tune", "--recipe", "recipe.toml", "--model", "als")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder with a table and a recipe."""
    monkeypatch.chdir(tmp_path)
    checkerboard().interactions.write_csv("interactions.csv")
    Path("recipe.toml").write_text(RECIPE.format(fold="leave_last_out"))
    return tmp_path


def run(*arguments: str) -> Result:
    """Run the command in this process."""
    return CliRunner().invoke(Commands(commands={"tune": tune}), [*ALS, *arguments])


def finished(journal: Path) -> int:
    """Count the trials that a journal says are finished."""
    return len(re.findall(r'"op_code":6,[^\n]*"state":1[,}]', journal.read_text())) if journal.exists() else 0


@pytest.mark.parametrize("fold", ["leave_last_out", "time"])
def test_the_best_settings_become_a_recipe(fold: str) -> None:
    """The report compares both on both folds, and the new recipe holds what the report says."""
    Path("recipe.toml").write_text(RECIPE.format(fold=fold))
    done = run("--trials", "4", "--json")
    assert done.exit_code == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["trials"]["finished"] + report["trials"]["pruned"] == 4
    assert report["own"]["trial"] == 1
    assert set(report["best"]["reported"]) >= {"map@10", "ndcg@10", "recall@10"}
    written = read_recipe(Path(report["recipe"]))
    assert dict(written.models[1].params) == {
        name: value for name, value in report["best"]["settings"].items() if name in written.models[1].params
    }
    assert "[models.popular]" in Path(report["recipe"]).read_text()
    assert "trial 4 (4 of 4)" in done.stderr


def test_the_text_says_which_number_to_believe() -> None:
    """The reported fold is named, with the gain, and too few trials say so."""
    done = run("--trials", "2")
    assert "reported" in done.stdout
    assert "importance: only 2 trials finished, 10 are needed" in done.stdout
    assert re.search("on the reported fold, where nothing was chosen|nothing was better than", done.stdout)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--model", "svd"), "recipe.toml has no model svd; it has popular, als"),
        (("--model", "als,popular"), "--model is one model"),
        (("--model", "popular"), "popular has no settings to try"),
        (("--metric", "ndcg@11"), "no metric ndcg@11 to tune for; there are map@10"),
        (("--folds", "20"), "validation fold 18 of 20: the fold leaves nothing to measure on"),
        (("--to", "recipe.toml", "--force"), "recipe.toml is the recipe itself"),
        (("--to", "interactions.csv"), "interactions.csv exists: say --force"),
        (("--to", "none/recipe.toml"), "there is no folder none"),
        (("--journal", "recipe.toml"), "recipe.toml is no journal of a tuning"),
        (("--journal", "none/j"), "none/j: No such file"),
        (("--recipe", "none.toml"), "none.toml: no such recipe"),
        (("--trials", "0"), "0 is not in the range"),
    ],
)
def test_a_wrong_call_says_what_is_wrong(arguments: tuple[str, ...], message: str) -> None:
    """A clear message and exit code 2, before anything is tried; nothing is written."""
    done = run("--trials", "1", *arguments)
    assert done.exit_code == 2, done.stderr
    assert message in done.stderr
    assert done.stdout == ""
    assert not list(Path().glob("board-*"))


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("factors = 32", "factors = 0", "models.als.factors must be a whole number of at least 1"),
        ("iterations = 5", "depth = 5", "no setting 'depth'"),
        ("[models.als]", "[models . als.x]", "models.als"),
        ('"leave_last_out"', '"time"\ndays = 40', "validation fold 1 of 2"),
        ('"leave_last_out"', '"week"', "must be leave_last_out or time"),
    ],
)
def test_a_wrong_recipe_says_what_is_wrong(before: str, after: str, message: str) -> None:
    """Settings that cannot be and a fold with nobody in it end with exit code 2 too."""
    Path("recipe.toml").write_text(RECIPE.format(fold="leave_last_out").replace(before, after))
    done = run("--trials", "1")
    assert done.exit_code == 2, done.stderr
    assert message in done.stderr
    assert not list(Path().glob("board-*"))


def test_a_validation_fold_without_test_users_is_named() -> None:
    """Where only strangers come in the week before the reported one, nobody can be measured on it."""
    weeks = ((1, "ab", range(6)), (10, "cd", range(3)), (17, "ac", range(3, 6)))  # day, users, items
    lines = [f"{user},{item},{day * 86_400}" for day, users, items in weeks for user in users for item in items]
    lines.append("a,9,86400")
    Path("interactions.csv").write_text("\n".join(["user_id,item_id,timestamp", *lines]))
    Path("recipe.toml").write_text(RECIPE.format(fold="time"))
    done = run("--folds", "1")
    assert done.exit_code == 2
    assert "validation fold 1 of 1: the fold holds nothing to measure on" in done.stderr


def test_a_bad_table_is_an_error_and_no_wrong_call() -> None:
    """The table is named, with exit code 1 as everywhere."""
    Path("interactions.csv").write_text("user_id,item_id\n1,2\n,3\n")
    done = run()
    assert (done.exit_code, "interactions.csv, line 3" in done.stderr) == (1, True)


def test_a_recipe_that_is_there_is_written_over_only_when_told() -> None:
    """A second run needs --force, and goes on with the journal of the first."""
    assert run("--trials", "1").exit_code == 0
    assert run("--trials", "2").exit_code == 2
    done = run("--trials", "2", "--force")
    assert done.exit_code == 0, done.stderr
    assert "2 finished" in done.stdout
    assert "(1 of 2)" not in done.stderr


@pytest.mark.slow
def test_a_killed_tune_goes_on_and_two_share_the_trials(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SIGKILL again and again, then two at once: exactly the trials that were asked for, none of them twice."""
    monkeypatch.setenv("OMP_NUM_THREADS", "1")  # threads of two processes on two cores fight
    journal = folder / "board-als.journal"
    for some in (2, 4):
        with subprocess.Popen([*SHELL, *ALS, "--trials", "500"], stderr=subprocess.DEVNULL) as child:
            while child.poll() is None and finished(journal) < some:
                time.sleep(0.02)
            child.send_signal(signal.SIGKILL)
        assert child.returncode == -signal.SIGKILL
    already = finished(journal)
    total = str(already + 10)
    tail = ("--trials", total, "--json")
    one = subprocess.Popen([*SHELL, *ALS, *tail, "--to", "1.toml"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    two = subprocess.Popen([*SHELL, *ALS, *tail, "--to", "2.toml"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    ended = [process.communicate(timeout=300) for process in (one, two)]
    assert (one.returncode, two.returncode) == (0, 0), ended
    done = run(*tail)
    counts = json.loads(done.stdout)["trials"]
    assert counts["finished"] + counts["pruned"] == int(total)
    assert (counts["running"], counts["failed"]) == (0, 0)
    assert counts["killed"] <= 2
    assert tomllib.loads((folder / "1.toml").read_text())["models"]["popular"] == {}
    assert all(b"trial" in err for _, err in ended)
