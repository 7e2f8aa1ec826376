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
        (("data", "fetch", "kion"), "error: no checksum of kion is known: download https"),
        (("data", "synth", "--users", "10", "--items", "10"), "error: interactions must be at most a fifth"),
        (("data", "check", "none.csv"), "error: none.csv: no such file"),
        (("init", "none.csv"), "error: none.csv: no such file"),
        (
            ("init", "."),
            "error: . has no known layout (movielens-100k, movielens-1m, kion) and holds no interactions.csv",
        ),
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
    "arguments",
    [
        ("data", "nothing"),
        ("data", "fetch", "netflix"),
        ("init", "x.csv", "--no-timestamp", "--time-column", "at"),
        ("data", "synth", "--users", "1"),
    ],
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


def test_without_a_checksum_the_made_up_set_is_named() -> None:
    """Who has no checksum of KION learns of a set that needs none."""
    assert "warmstart data synth --to data/kion makes up a set of its shape" in run("data", "fetch", "kion").stderr


def test_check_reads_a_single_table(tmp_path: Path) -> None:
    """A table is checked by guessed columns, and what cannot be guessed points at init."""
    (tmp_path / "orders.csv").write_text("customer;sku;at\na;x;20.10.2020\nb;y;21.10.2020\nb;;21.10.2020\n")
    checked = run("data", "check", "orders.csv")
    assert checked.exit_code == 1
    assert "guessed: at is the timestamp, customer is the user_id, sku is the item_id" in checked.stderr
    assert "orders.csv, line 4, column sku: empty id (1 in all)" in checked.stdout
    assert "2020-10-20 to 2020-10-21" in checked.stdout
    (tmp_path / "odd.csv").write_text("a,b\n1,2\n1,3\n2,2\n")
    assert "(options of warmstart init odd.csv)" in run("data", "check", "odd.csv").stderr


def test_init_of_a_folder_takes_its_layout() -> None:
    """A folder with a known layout gets a recipe that names it, which the check then reads."""
    run("data", "synth", "--users", "200", "--items", "100", "--interactions", "2000", "--to", "made")
    begun = run("init", "made")
    assert begun.exit_code == 0
    assert begun.stdout.startswith("layout: kion\nfold: ")
    assert run("data", "check", "made.recipe.toml").exit_code == 0


def test_init_asks_which_way_round_days_are(tmp_path: Path) -> None:
    """An ambiguous column of times ends with 1 and writes nothing, until an option settles it."""
    (tmp_path / "orders.csv").write_text("customer,sku,ordered_at\na,x,05/04/2020\nb,y,06/04/2020\nb,y,13/04/2020 x\n")
    assert run("init", "orders.csv").exit_code == 1
    (tmp_path / "orders.csv").write_text("customer,sku,ordered_at\na,x,05/04/2020\nb,y,06/04/2020\n")
    refused = run("init", "orders.csv")
    assert refused.exit_code == 1
    assert refused.stderr == (
        "error: orders.csv, column ordered_at: '05/04/2020' can be read in two ways: "
        'say --time-format "%d/%m/%Y" or "%m/%d/%Y", or --no-timestamp to leave times out\n'
    )
    assert not Path("orders.recipe.toml").exists()
    said = run("init", "orders.csv", "--time-format", "%m/%d/%Y")
    assert "time_format: %m/%d/%Y (--time-format says so)" in said.stdout
    assert "2020-05-04 to 2020-06-04" in run("data", "check", "orders.recipe.toml").stdout
    assert "no timestamps" in "".join(
        run(*call).stdout
        for call in (("init", "orders.csv", "--no-timestamp", "--force"), ("data", "check", "orders.recipe.toml"))
    )


def test_init_says_what_it_guessed_of_the_rows(tmp_path: Path) -> None:
    """Separator, fold, alpha and bad rows are printed, and each but the last is in the recipe."""
    rows = [f"{u}\t{i}\t5\t2020-01-0{1 + i}" for u in range(4) for i in range(3)]
    (tmp_path / "plays.tsv").write_text("\n".join(["user\titem\tplays\tdate", *rows, "1\t\t5\t2020-01-01"]) + "\n")
    begun = run("init", "plays.tsv")
    for line in (
        "separator: '\\t'",
        "fold: leave_last_out (the table spans 2 days; a fold by time wants 28)",
        "alpha of als: 8 (the median weight is 5)",
        "1 bad rows: warmstart data check plays.recipe.toml names them",
    ):
        assert line in begun.stdout
    text = Path("plays.recipe.toml").read_text()
    assert 'separator = "\\t"' in text
    assert "alpha = 8.0 # 40 / 5, the median weight: a typical row counts as 1" in text
