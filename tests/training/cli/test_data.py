"""`warmstart data` and `warmstart init`, as a shell sees them."""

import json
from collections.abc import Sequence
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from tests.training.data.folders import GOOD, folder
from training.cli.console import Commands
from training.cli.data import data
from training.cli.init import init


@pytest.fixture(autouse=True)
def working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run every command in a folder of its own."""
    monkeypatch.chdir(tmp_path)


def run(*arguments: str) -> Result:
    """Run the command with these two groups in it."""
    commands: Sequence[click.Command] = (data, init)
    return CliRunner().invoke(Commands(commands={str(command.name): command for command in commands}), arguments)


def test_synth_then_check_then_init() -> None:
    """A made-up data set is good, and a recipe for it is written and good too."""
    size = ("--users", "200", "--items", "100", "--interactions", "2000")
    made = run("data", "synth", *size, "--to", "made", "--json")
    assert json.loads(made.stdout)["rows"]["interactions"] == 2000
    checked = run("data", "check", "made")
    assert checked.exit_code == 0
    assert "interactions.csv  2000" in checked.stdout
    assert "all rows are good" in checked.stdout
    begun = run("init", "made/interactions.csv")
    assert begun.exit_code == 0
    assert "weight     watched_pct" in begun.stdout
    assert run("data", "check", "interactions.recipe.toml").exit_code == 0


def test_check_ends_with_1_where_something_is_wrong(tmp_path: Path) -> None:
    """Bad rows are on stdout, as text and as JSON, and the exit code says that there are some."""
    folder(tmp_path, *GOOD, ",10,1,2021-05-01")
    checked = run("data", "check", ".")
    assert checked.exit_code == 1
    assert "interactions.csv, line 5, column user_id: empty id (1 in all)" in checked.stdout
    value = json.loads(run("data", "check", ".", "--json").stdout)
    assert (value["good"], value["findings"][0]["first"]) == (False, 5)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("data", "check", "nowhere"), "error: nowhere: no such directory"),
        (("data", "check", "none.toml"), "error: none.toml: no such recipe"),
        (("data", "fetch", "kion"), "error: no checksum of kion is known: say --sha256"),
        (("data", "synth", "--users", "10", "--items", "10"), "error: interactions must be at most a fifth"),
        (("init", "none.csv"), "error: none.csv: no such file"),
    ],
)
def test_a_known_error_is_one_line_and_exit_code_1(arguments: tuple[str, ...], message: str) -> None:
    """No stack trace, nothing on stdout, one line on stderr."""
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (1, "")
    lines = [line for line in result.stderr.splitlines() if line.startswith("error")]
    assert len(lines) == 1
    assert lines[0].startswith(message)


@pytest.mark.parametrize(
    "arguments", [("data", "nothing"), ("data", "fetch", "netflix"), ("data", "synth", "--users", "1")]
)
def test_a_wrong_call_ends_with_2(arguments: tuple[str, ...]) -> None:
    """A usage error is click's own."""
    assert run(*arguments).exit_code == 2


def test_init_writes_over_nothing_unless_forced(tmp_path: Path) -> None:
    """A recipe that is there stays as it is until --force."""
    folder(tmp_path, *GOOD)
    assert run("init", "interactions.csv", "--to", "mine.toml").exit_code == 0
    Path("mine.toml").write_text("edited")
    refused = run("init", "interactions.csv", "--to", "mine.toml")
    assert (refused.exit_code, Path("mine.toml").read_text()) == (1, "edited")
    assert "say --force" in refused.stderr
    forced = run("init", "interactions.csv", "--to", "mine.toml", "--force", "--json")
    assert json.loads(forced.stdout)["columns"]["user_id"] == "user_id"


def test_init_that_cannot_tell_writes_nothing(tmp_path: Path) -> None:
    """The options that settle it are named, and they settle it."""
    (tmp_path / "t.csv").write_text("a,b\n1,2\n1,3\n2,2\n")
    refused = run("init", "t.csv")
    assert refused.exit_code == 1
    assert "say --user-column and --item-column" in refused.stderr
    assert not Path("t.recipe.toml").exists()
    assert run("init", "t.csv", "--user-column", "b", "--item-column", "a").exit_code == 0
    assert 'user_id = "b"' in Path("t.recipe.toml").read_text()
