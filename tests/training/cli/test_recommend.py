"""`warmstart recommend`, as a shell sees it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.training.datasets import board_file
from training.cli.main import main
from training.reasons import features_text


@pytest.fixture(scope="module")
def version(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Train item_knn with a trend on the checkerboard, and return what names the version."""
    folder = tmp_path_factory.mktemp("recommend")
    store = ["--store", str(folder / "store")]
    recipe = board_file(folder, "[models.item_knn]\ntrend_power = 2.0\n")
    trained = CliRunner().invoke(main, ["train", "--recipe", str(recipe), "--models", "item_knn", "--json", *store])
    return ["item_knn", *store, "--version", json.loads(trained.stdout)["trained"][0]["version"]]


def recommend(version: list[str], *arguments: str) -> Result:
    """Call the command."""
    return CliRunner().invoke(main, ["recommend", *version, *arguments])


def test_items_that_training_did_not_see_are_counted(version: list[str]) -> None:
    """They change nothing else, and the count is in the text as in the JSON."""
    found = json.loads(recommend(version, "--history", "1,3", "--history", "1,3,999999", "--json").stdout)
    known, with_unknown = found["recommendations"]
    assert (known["ignored_items"], with_unknown["ignored_items"]) == (0, 1)
    assert known["items"] == with_unknown["items"]
    assert "1 unknown items ignored" in recommend(version, "--history", "1,3,999999").stdout


def test_items_that_are_there_for_their_trend_say_so(version: list[str]) -> None:
    """Beside their source, and as a field of the JSON."""
    asked = ("--history", "1,3", "-k", "3")
    (answer,) = json.loads(recommend(version, *asked, "--json").stdout)["recommendations"]
    marked = [item["trend"] for item in answer["items"]]
    lines = recommend(version, *asked).stdout.splitlines()[2:]
    assert any(marked)
    assert [line.endswith("model, trend") for line in lines] == marked


def test_what_a_ranker_saw_stands_beside_its_items(version: list[str], tmp_path: Path) -> None:
    """What each feature adds, in the text as in the JSON; of other models there is no such column."""
    store = ["--store", str(tmp_path / "store")]
    blend = '[models.ease]\n\n[models.blend]\nalgorithm = "two_stage"\nranker = "blend"\nfirst_stages = ["ease"]\n'
    recipe = board_file(tmp_path, blend)
    trained = CliRunner().invoke(main, ["train", "--recipe", str(recipe), "--models", "ease,blend", "--json", *store])
    made = ["blend", *store, "--version", json.loads(trained.stdout)["trained"][-1]["version"]]
    (answer,) = json.loads(recommend(made, "1", "-k", "1", "--json").stdout)["recommendations"]
    features = [item["features"] for item in answer["items"]]
    head, *lines = recommend(made, "1", "-k", "1").stdout.splitlines()[1:]
    assert head.endswith("because")
    assert all(features)
    assert [line.endswith(features_text(seen)) for line, seen in zip(lines, features, strict=True)] == [True]
    assert "because" not in recommend(version, "1").stdout


def test_features_alone_are_an_ask(version: list[str]) -> None:
    """Who is known by features only gets an answer; here, where no model knows any, what is popular."""
    found = json.loads(recommend(version, "--feature", "sex=f", "-k", "3", "--json").stdout)["recommendations"]
    assert [(answer["user_id"], answer["source"], len(answer["items"])) for answer in found] == [(None, "popular", 3)]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("99999999999",), "99999999999: user ids are 0 to "),
        (("--", "-5"), "-5: user ids are 0 to "),
        (("abc",), "'abc' is no id: this model's are integers"),
        (("--history", ""), "'' is no id"),
        (("--feature", "sex"), "'sex' is no feature: write it as COLUMN=VALUE"),
        ((), "name at least one user, a --history, or a --feature"),
    ],
)
def test_an_impossible_ask_says_what_is_possible(version: list[str], arguments: tuple[str, ...], message: str) -> None:
    """One line on stderr, exit 1."""
    done = recommend(version, *arguments)
    assert (done.exit_code, done.stdout) == (1, "")
    assert message in done.stderr
