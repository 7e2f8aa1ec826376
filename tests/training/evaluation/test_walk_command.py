"""`warmstart evaluate --walk`, called as people call it."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.training.evaluation.fashion import fashion_file
from training.cli.main import main


@pytest.fixture
def fashions(tmp_path: Path) -> Path:
    """Return a recipe for the fashions as a file."""
    return fashion_file(tmp_path)


def evaluate(recipe: Path, *arguments: str) -> Result:
    """Call the command."""
    return CliRunner().invoke(main, ["evaluate", "--recipe", str(recipe), *arguments])


def test_the_table_is_for_people(fashions: Path) -> None:
    """What is measured, a line for each model and arm, columns by age, and what a fresh trend is worth, in words."""
    found = evaluate(fashions, "--walk", "4d", "--k", "1,3", "--metrics", "map,ndcg")
    assert found.exit_code == 0, found.output
    assert (
        "walk: 2023-12-07 to 2023-12-11 (not included), 4 steps of 1 day; learnt 2,640 rows, 22 items" in found.stdout
    )
    assert re.search(r"^model +arm +0 +1 +2 +3$", found.stdout, re.MULTILINE)
    number = r"-?1?\.\d{4}"
    gain = rf"als: yesterday's trend is worth \+{number} ndcg@3 \({number} to {number}, p = {number}\)"
    assert re.search(f"^{gain}$", found.stdout, re.MULTILINE)
    assert "flat: nothing differs: it has no trend" in found.stdout
    assert "popular_recent: yesterday's popularity is worth +" in found.stdout


def test_json_is_the_whole_walk(fashions: Path) -> None:
    """Models, metrics and steps are those asked for; the list is the longest; fitted anew only where that is asked."""
    found = evaluate(fashions, "--json", "--models", "als", "--walk", "3d", "--step", "36h", "--retrain", "--k", "5,2")
    value = json.loads(found.stdout)
    assert (value["plan"]["days"], value["plan"]["step_days"], value["k"]) == (3.0, 1.5, 5)
    assert [model["name"] for model in value["models"]] == ["popular", "popular_recent", "als"]
    assert [arm["name"] for arm in value["models"][2]["arms"]] == ["stale", "fresh", "retrained"]


def test_a_page_is_written_where_it_is_asked_for(fashions: Path, tmp_path: Path) -> None:
    """The same walk is the same page, and the last line says where it is."""
    pages = [tmp_path / "one.html", tmp_path / "two.html"]
    for page in pages:
        found = evaluate(fashions, "--walk", "2d", "--models", "als", "--plot", str(page))
        assert found.stdout.endswith(f"wrote {page}\n")
    assert pages[0].read_bytes() == pages[1].read_bytes()


def test_a_model_that_cannot_be_measured_fails_the_command(fashions: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The others are in the table; why it is not there is said with the table and as an error."""
    monkeypatch.setattr("training.memory.available", lambda: 1_000)
    fashions.write_text(fashions.read_text("utf8") + "[models.ease]\n", "utf8")
    found = evaluate(fashions, "--walk", "2d")
    assert found.exit_code == 1
    assert "no ease: " in found.stdout
    assert "error: ease was not measured" in found.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--walk", "7"], "'7' is no time: write 7d, or 12h"),
        (["--walk", "0d"], "'0d' is no time"),
        (["--walk", "2d", "--step", "3d"], "at most as long as the walk"),
        (["--walk", "5d", "--step", "1h"], "120 steps are too many: at most 100"),
        (["--walk", "90d"], "nothing to learn from: the interactions begin on 2023-11-15"),
        (
            ["--walk", "4d", "--folds", "3", "--include", "seen"],
            "--folds, --include: a walk is cut by --walk and --step",
        ),
        (["--walk", "4d", "--days", "7", "--last", "1", "--segments"], "--days, --last, --segments: a walk is cut"),
        (["--step", "1d", "--retrain", "--plot", "x.html"], "--step, --retrain, --plot: only with --walk"),
        (["--walk", "4d", "--metrics", "ndcg,novelty"], "novelty is beyond it"),
        (["--walk", "4d", "--plot", "no/such/x.html"], "there is no folder no/such"),
    ],
)
def test_a_wrong_call_says_what_is_wrong(fashions: Path, arguments: list[str], message: str) -> None:
    """Times that are none, steps that do not fit, options without effect: a clear message, and exit code 2."""
    found = evaluate(fashions, *arguments)
    assert found.exit_code == 2
    assert message in " ".join(found.stderr.split())


def test_a_walk_needs_times(fashions: Path) -> None:
    """Without timestamps there is no trend to be stale: an error of the data, exit code 1."""
    fashions.with_name("interactions.csv").write_text("user_id,item_id\n1,1\n1,2\n2,1\n2,2\n", encoding="utf8")
    found = evaluate(fashions, "--walk", "2d")
    assert (found.exit_code, found.stderr.splitlines()[-1]) == (
        1,
        "error: a cut by time needs timestamps, and the interactions have none",
    )
