"""What `warmstart train` does beside its models, and what other commands make of it."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests.training.datasets import board_file
from training.cli.main import main
from warmstart.errors import StoreUnavailable
from warmstart.store import open_store

pytestmark = pytest.mark.usefixtures("sealed_apart")


def run(folder: Path, *arguments: str) -> tuple[int, str, str]:
    """Run a command on the store in a folder."""
    done = CliRunner().invoke(main, [*arguments, "--store", str(folder / "store")])
    return done.exit_code, done.stdout, done.stderr


def trained(folder: Path, *options: str) -> dict[str, Any]:
    """Train the board in a folder; return what is said of the catalogue."""
    done = run(folder, "train", "--recipe", str(folder / "board.toml"), "--json", *options)
    found: dict[str, Any] = json.loads(done[1])["catalogue"]
    return found


def shorten(folder: Path) -> None:
    """Take the last row off the board."""
    table = (folder / "interactions.csv").read_text().splitlines(keepends=True)
    (folder / "interactions.csv").write_text("".join(table[:-1]))


def test_it_is_published_once_for_the_same_tables(tmp_path: Path) -> None:
    """First it is only there; promoted it stays, until the tables are others."""
    board_file(tmp_path)
    assert trained(tmp_path)["state"] == "published"
    first, again = trained(tmp_path, "--promote"), trained(tmp_path, "--promote")
    assert (first["state"], again) == ("served", {**first, "state": "unchanged"})
    shorten(tmp_path)
    other = trained(tmp_path, "--promote")
    assert other["state"] == "served"
    assert other["version"] != first["version"]


def test_what_stays_is_said(tmp_path: Path) -> None:
    """In the log and in the table."""
    recipe = board_file(tmp_path)
    trained(tmp_path, "--promote")
    _, out, log = run(tmp_path, "train", "--recipe", str(recipe))
    assert "holds the same, and stays" in log
    last = out.splitlines()[-1].split()
    assert (last[0], last[-1]) == ("catalogue", "unchanged")


def test_a_failure_is_said_and_the_models_are_there(tmp_path: Path) -> None:
    """An alias that cannot be read is not replaced in passing."""
    recipe = board_file(tmp_path)
    trained(tmp_path, "--promote")
    open_store(str(tmp_path / "store")).put("models/catalogue/aliases/champion.json", b"rubbish")
    code, out, log = run(tmp_path, "train", "--recipe", str(recipe), "--promote", "--json")
    done = json.loads(out)
    assert (code, {made["state"] for made in done["trained"]}) == (1, {"served"})
    assert "error: catalogue was not promoted" in log
    listed = json.loads(run(tmp_path, "models", "--json")[1])["models"]
    assert done["catalogue"]["version"] in [entry["version"] for entry in listed]


def test_a_store_that_goes_away_is_said_beside_the_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was trained before that is told all the same."""
    board_file(tmp_path)
    monkeypatch.setattr("training.publish_catalogue.publish", _away)
    monkeypatch.setattr("training.train_recipe.publish_with_card", lambda *_: None)
    code, out, log = run(tmp_path, "train", "--recipe", str(tmp_path / "board.toml"), "--json")
    assert (code, json.loads(out)["catalogue"]["state"]) == (1, "failed")
    assert "error: catalogue was not published: away" in log


def _away(*_: object) -> None:
    raise StoreUnavailable("away")


def test_what_the_recipe_no_longer_reads_is_not_kept(tmp_path: Path) -> None:
    """The same tables, of which a column is ignored from now on, make another catalogue."""
    recipe = board_file(tmp_path)
    (tmp_path / "users.csv").write_text("user_id,city\n0,Oslo\n1,Rome\n")
    first = trained(tmp_path, "--promote")
    recipe.write_text(recipe.read_text().replace("[data]\n", '[data]\nignore = ["city"]\n'))
    assert trained(tmp_path, "--promote")["version"] != first["version"]


def test_versions_are_listed_promoted_rolled_back_and_swept(tmp_path: Path) -> None:
    """As those of any model."""
    board_file(tmp_path)
    first = trained(tmp_path)["version"]
    shorten(tmp_path)
    second = trained(tmp_path)["version"]
    listed = json.loads(run(tmp_path, "models", "--json")[1])["models"]
    assert {entry["version"] for entry in listed if entry["model"] == "catalogue"} == {first, second}
    assert run(tmp_path, "promote", "catalogue", first)[0] == 0
    assert run(tmp_path, "promote", "catalogue", second)[0] == 0
    assert first in run(tmp_path, "rollback", "catalogue")[1]
    assert run(tmp_path, "sweep", "catalogue")[0] == 0


@pytest.mark.parametrize(
    "command",
    [("recommend", "catalogue", "1"), ("batch", "catalogue"), ("trend", "refresh", "catalogue", "--recipe", "kion")],
)
def test_it_recommends_nothing(command: tuple[str, ...], tmp_path: Path) -> None:
    """Commands that ask a model for something say so before they read anything."""
    board_file(tmp_path)
    trained(tmp_path, "--promote")
    code, _, log = run(tmp_path, *command)
    assert (code != 0, "it recommends nothing" in log) == (True, True)


def test_a_token_may_name_it(tmp_path: Path) -> None:
    """Without a warning, as if some family served it."""
    (tmp_path / "store").mkdir()
    code, _, log = run(tmp_path, "token", "create", "shop", "--models", "als,catalogue")
    assert (code, log) == (0, "")
