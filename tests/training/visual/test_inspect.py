"""`warmstart inspect`, as a shell sees it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from training.cli.main import main

HEADER = "user_id,item_id,weight,timestamp\n"
PAIRS = [(u, i) for u in range(1, 13) for i in range(1, 11) if (u + i) % 3]
ROWS = "".join(f"{u},{i},1,{1_700_000_000 + u * 1000 + i}\n" for u, i in PAIRS)
RECIPE = """
name = "mine"
[data]
path = "."
interactions = "table.csv"
[fold]
kind = "leave_last_out"
[models.popular]
[models.random]
"""


@pytest.fixture(autouse=True)
def working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Run every command in a folder with a recipe and its table."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "recipe.toml").write_text(RECIPE)
    (tmp_path / "table.csv").write_text(HEADER + ROWS)
    return tmp_path


def run(*arguments: str) -> Result:
    """Look at users of the recipe."""
    return CliRunner().invoke(main, ["inspect", "--recipe", "recipe.toml", *arguments])


def test_the_page_is_written_and_named(working_directory: Path) -> None:
    """Without more it is inspect.html, with a line per user and model in the terminal."""
    done = run("--users", "1,2", "--random", "3")
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines()[0].split() == ["user_id", "history", "model", "source", "hits"]
    assert done.stdout.endswith("wrote inspect.html\n")
    page = (working_directory / "inspect.html").read_text()
    assert page.startswith("<!doctype html>")
    assert page.count('<section id="user-') in (3, 4, 5)


def test_the_same_as_data(working_directory: Path) -> None:
    """--json prints what the page shows, and writes a page only where it is told to."""
    value = json.loads(run("--users", "1", "-k", "4", "--models", "popular", "--json").stdout)
    assert value["page"] is None
    assert not (working_directory / "inspect.html").exists()
    (user,) = value["users"]
    assert (user["user_id"], user["held_out_length"], user["history_length"]) == (1, 1, 6)
    assert [made["model"] for made in user["models"]] == ["popular"]
    assert user["models"][0]["items"][0]["hit"] is not None
    assert json.loads(run("--users", "1", "--json", "--to", "it.html").stdout)["page"] == "it.html"
    assert (working_directory / "it.html").exists()


def test_the_unknown_are_said() -> None:
    """A user of no table is a warning, not an error."""
    done = run("--users", "1,4040")
    assert done.exit_code == 0
    assert "user '4040' is in none of the tables: the fallback answers" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ((), 2, "--users ID,... or --random N"),
        (("--random", "1", "--to", "nowhere/x.html"), 2, "no folder nowhere"),
        (("--random", "1", "--store", "a", "--stage", "b"), 2, "say one of them"),
        (("--users", ","), 1, "nobody to look at"),
        (("--users", "anna"), 1, "user ids are integers"),
        (("--users", "\udcff"), 1, "not UTF-8"),
        (("--users", "9" * 5000), 1, "user ids are integers"),
        (("--random", "1", "--models", "als"), 1, "no model als"),
        (("--random", "1", "--store", "none"), 1, "there is no store in none"),
    ],
)
def test_what_cannot_be_done_is_one_line(arguments: tuple[str, ...], code: int, message: str) -> None:
    """A wrong call and a known error are told apart, and neither is a traceback."""
    done = run(*arguments)
    assert (done.exit_code, message in done.stderr) == (code, True), done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_served_versions_are_looked_at_where_a_store_is_named(working_directory: Path) -> None:
    """They know all rows, so nothing is held out; what is not served, or learnt from other rows, is said."""
    trained = CliRunner().invoke(
        main, ["train", "--recipe", "recipe.toml", "--models", "popular", "--store", "store", "--promote", "--json"]
    )
    assert trained.exit_code == 0, trained.output
    version = json.loads(trained.stdout)["trained"][0]["version"]
    done = run("--users", "1", "--store", "store", "--json")
    (user,) = json.loads(done.stdout)["users"]
    assert [(made["model"], made["version"]) for made in user["models"]] == [("popular", version)]
    assert (user["held_out"], user["history_length"]) == (None, 7)
    assert "random has no served version" in done.stderr
    assert "other tables" not in done.stderr
    (working_directory / "table.csv").write_text(HEADER + ROWS + "1,99,1,1700000000\n")
    assert "has learnt from other tables" in run("--users", "1", "--store", "store").stderr
    assert run("--users", "1", "--store", "store", "--models", "random").exit_code == 1
