"""`warmstart trend refresh`, from a table on disk to a served version."""

import json
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner, Result

from tests.training.datasets import DAY, START, fashions
from training.cli.main import main

WEEKS = 8
RECIPE = """
name = "fashions"
[data]
path = "{folder}/old"
interactions = "interactions.csv"
[fold]
kind = "time"
days = 7
[models.item_knn]
trend_power = 1.0
trend_half_life = 3.0
[models.rp3beta]
k = 1
trend_power = 0.0
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Return a folder with a table that grew, and a store with versions that have learnt the first part of it."""
    table = fashions(weeks=WEEKS).interactions
    for name, days in (("old", 7 * WEEKS - 7), ("new", 7 * WEEKS)):
        (tmp_path / name).mkdir()
        table.filter(pl.col("timestamp") < START + days * DAY).write_csv(tmp_path / name / "interactions.csv")
    (tmp_path / "recipe.toml").write_text(RECIPE.format(folder=tmp_path), encoding="utf8")
    done = run("train", "--recipe", str(tmp_path / "recipe.toml"), "--store", str(tmp_path / "store"))
    assert done.exit_code == 0
    return tmp_path


def run(*command: str) -> Result:
    """Run the command."""
    return CliRunner().invoke(main, command)


def refresh(place: Path, model: str, *options: str) -> Result:
    """Refresh a model of the place."""
    where = ("--recipe", str(place / "recipe.toml"), "--store", str(place / "store"))
    return run("trend", "refresh", model, *where, *options)


def only_version(place: Path, model: str) -> str:
    """Return the version that training published."""
    (version,) = (place / "store" / "models" / model / "versions").iterdir()
    return version.name


def test_a_refresh_is_published_and_served(place: Path) -> None:
    """The new version names the old one, is promoted by the gate, and a rollback goes back."""
    old = only_version(place, "item_knn")
    store = ("--store", str(place / "store"))
    assert run("promote", "item_knn", old, *store).exit_code == 0
    done = refresh(place, "item_knn", "--data", str(place / "new"), "--promote", "--json")
    found = json.loads(done.stdout)
    assert done.exit_code == 0
    assert (found["state"], found["trend"]["of"], found["refusal"]) == ("served", old, None)
    assert found["version"] != old
    assert found["users"] > 100
    card = (place / "store/models/item_knn/versions" / found["version"] / "README.md").read_text(encoding="utf8")
    assert f"All that was learnt then is version `{old}`'s" in card
    assert old in run("rollback", "item_knn", *store).stdout


def test_a_refresh_says_what_it_did(place: Path) -> None:
    """People read how many interactions, how many items are unknown, and on whom it was measured."""
    done = refresh(place, "item_knn", "--version", only_version(place, "item_knn"), "--data", str(place / "new"))
    assert "published" in done.stdout
    assert "it does not know 4 of the items" in done.stdout
    assert "users who had something newer than what it has learnt" in done.stdout


def test_the_gate_is_as_ever(place: Path) -> None:
    """A version that popularity beats is published and not served: exit 3, with the reason."""
    options = ("--version", only_version(place, "rp3beta"), "--data", str(place / "new"), "--promote")
    done = refresh(place, "rp3beta", *options)
    assert done.exit_code == 3
    assert "it has no trend: only the fallback is another" in done.stdout
    assert "is not promoted" in done.stdout
    assert "refused" in done.stdout


def test_errors_are_one_line(place: Path) -> None:
    """No served version, no such table, nothing new: each is said, and nothing is published."""
    version = ("--version", only_version(place, "item_knn"))
    for done, why in (
        (refresh(place, "item_knn"), "has no served version"),
        (refresh(place, "nobody"), "nobody has no served version"),
        (refresh(place, "item_knn", *version, "--data", str(place / "nowhere")), "no such directory"),
    ):
        assert done.exit_code == 1
        assert why in done.stderr
    only_version(place, "item_knn")
