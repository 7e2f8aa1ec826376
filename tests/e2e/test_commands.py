"""The command as a user meets it: results, errors, exit codes."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import click
import pytest

from tests.e2e.conftest import WARMSTART, Commands
from training.cli.main import main

ROOT = Path(__file__).parents[2]
HEADER = "user_id,item_id,weight,timestamp\n"
GOOD = "".join(f"{u},{i},1,{1_700_000_000 + u * 1000 + i}\n" for u in range(1, 9) for i in range(1, 6) if (u + i) % 3)
RECIPE = """
name = "mine"
[data]
path = "."
interactions = "table.csv"
[fold]
kind = "leave_last_out"
[models.popular]
"""


@pytest.fixture
def mine(tmp_path: Path) -> Commands:
    """Return commands in a folder with a recipe for table.csv, which a test writes."""
    (tmp_path / "recipe.toml").write_text(RECIPE)
    return Commands(tmp_path)


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("user_id,weight\n1,2\n", r"table\.csv.*item_id"),
        (HEADER, r"table\.csv.*(no rows|empty|nothing to learn from)"),
        (HEADER + GOOD + "9,,1,1700000000\n", r"table\.csv, line \d+, column item_id"),
        (HEADER + GOOD + "NaN,4,1,1700000000\n,4,1,1700000000\n", r"table\.csv, line \d+, column user_id"),
        (HEADER + GOOD + "9,4,many,1700000000\n", r"table\.csv, line \d+, column weight"),
        (HEADER + GOOD + "9,4,1,99999999999999999\n", r"table\.csv, line \d+, column timestamp"),
        (HEADER + "1,1,1,1700000000\n1,2,1,1700000001\n", r"table\.csv.*one user"),
        (HEADER + "1,1,1,1700000000\n2,1,1,1700000001\n", r"table\.csv.*one item"),
    ],
)
def test_a_bad_table_is_named_and_nothing_is_written(mine: Commands, table: str, expected: str) -> None:
    """File, line and column in one line on stderr, a non-zero exit, and no store."""
    (mine.folder / "table.csv").write_text(table)
    done = mine.run("train", "--recipe", "recipe.toml", "--store", "store")
    assert done.returncode == 1
    assert re.search(expected, done.stderr), done.stderr
    assert "Traceback" not in done.stderr
    assert not list((mine.folder / "store").rglob("*.json")) if (mine.folder / "store").exists() else True


def test_duplicate_rows_are_learnt_once(mine: Commands) -> None:
    """Repeated rows are no error: every pair counts once."""
    (mine.folder / "table.csv").write_text(HEADER + GOOD + GOOD)
    trained = mine.json("train", "--recipe", "recipe.toml", "--store", "store")["trained"][0]
    manifest = next((mine.folder / "store").rglob("manifest.json"))
    assert json.loads(manifest.read_text())["dataset"]["interactions"] == GOOD.count("\n")
    assert trained["state"] == "published"


def test_bring_your_own_table(mine: Commands) -> None:
    """init, train, recommend: the README's path with a table whose columns have other names."""
    table = "customer,sku,quantity,date\n" + "".join(
        f"c{u},s{i},{1 + i % 3},2024-0{1 + i % 6}-1{u % 9}\n" for u in range(12) for i in range(9) if (u + i) % 2
    )
    (mine.folder / "orders.csv").write_text(table)
    mine.json("init", "orders.csv")
    mine.run("train", "--recipe", "orders.recipe.toml", "--store", "store", "--promote")
    found = mine.json("recommend", "popular", "c3", "--store", "store", "-k", "3")["recommendations"][0]
    assert len(found["items"]) == 3
    assert all(item["item_id"].startswith("s") for item in found["items"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("sweep", "nothing"), "has no model nothing"),
        (("promote", "popular", "20260101T000000Z-1234567"), "no committed version"),
        (("promote", "popular", "../../etc"), "no version"),
        (("rollback", "popular"), "was never promoted"),
        (("recommend", "popular", "1"), "no served version"),
        (("token", "revoke", "nobody"), "no token nobody"),
        (("token", "create", "x", "--plan", "gold"), "no plan"),
        (("token", "create", "x y"), "a token's name"),
        (("train", "--recipe", "absent.toml"), "no such recipe"),
        (("train", "--recipe", "recipe.toml", "--models", "svd"), "no model svd"),
    ],
)
def test_what_cannot_be_done_says_why(mine: Commands, arguments: tuple[str, ...], message: str) -> None:
    """One line on stderr, exit 1, no traceback."""
    (mine.folder / "store").mkdir()
    done = mine.run(*arguments, "--store", "store")
    assert (done.returncode, done.stdout) == (1, "")
    assert message in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_store_of_no_known_kind_is_refused(mine: Commands) -> None:
    """A misspelt URL is an error that says what a store looks like."""
    done = mine.run("models", "--store", "ftp://somewhere")
    assert done.returncode == 1
    assert "s3://bucket/prefix" in done.stderr


def test_forcing_needs_a_reason(mine: Commands) -> None:
    """--force alone is a usage error."""
    assert mine.run("promote", "als", "v", "--store", "store", "--force").returncode == 2


def test_tokens_are_shown_once_and_kept_as_hashes(mine: Commands) -> None:
    """Create prints the token, list does not, the store holds neither; a name is taken once."""
    made = mine.json("token", "create", "shop", "--store", "store", "--models", "als,popular", "--days", "30")
    listed = mine.run("token", "list", "--store", "store")
    assert len(made["token"]) == 43
    assert "shop" in listed.stdout
    assert made["token"] not in listed.stdout + (mine.folder / "store/auth/tokens.json").read_text()
    assert mine.run("token", "create", "shop", "--store", "store").returncode == 1
    assert mine.run("token", "revoke", "shop", "--store", "store").returncode == 0
    assert mine.json("token", "list", "--store", "store")["tokens"] == []


def test_versions_are_listed_promoted_and_swept(mine: Commands) -> None:
    """Models marks the served version; sweep lists first and deletes only when told."""
    (mine.folder / "table.csv").write_text(HEADER + GOOD)
    first = mine.json("train", "--recipe", "recipe.toml", "--store", "store")["trained"][0]["version"]
    assert not listed(mine)["popular"]["served"]
    mine.json("promote", "popular", first, "--store", "store")
    assert listed(mine)["popular"]["served"]
    swept = mine.json("sweep", "popular", "--store", "store", "--keep", "0", "--older-than", "0", "--delete")
    assert swept["versions"] == []


def test_every_command_takes_json_and_help() -> None:
    """Each command of the tree but the demo, which talks to people, has --json and a help text."""
    for path, command in leaves((), main):
        assert command.get_short_help_str(), path
        if path != ("demo",):
            assert any("--json" in option.opts for option in command.params), path


def test_every_command_with_a_store_takes_a_stage() -> None:
    """What works on a store by its URL works on a deployed stage by its name; the demo has a store of its own."""
    for path, command in leaves((), main):
        options = {option for parameter in command.params for option in parameter.opts}
        if "--store" in options and path != ("demo",):
            assert "--stage" in options, path


def test_every_command_is_in_the_readme() -> None:
    """The README names each command of the tree."""
    readme = (ROOT / "README.md").read_text()
    missing = [path for path, _ in leaves((), main) if f"warmstart {' '.join(path)}" not in readme]
    assert missing == []


def listed(mine: Commands) -> dict[str, Any]:
    """Return what `models` says, by model, of which each has one version."""
    return {entry["model"]: entry for entry in mine.json("models", "--store", "store")["models"]}


def leaves(path: tuple[str, ...], command: click.Command) -> list[tuple[tuple[str, ...], click.Command]]:
    """Return every command that does something, with the words that call it."""
    if not isinstance(command, click.Group):
        return [(path, command)]
    return [leaf for name, sub in command.commands.items() for leaf in leaves((*path, name), sub)]


def test_a_broken_alias_hides_nothing_and_can_be_mended(mine: Commands) -> None:
    """Rubbish under one alias is named; the other models are listed, and --force --reason mends it."""
    (mine.folder / "table.csv").write_text(HEADER + GOOD)
    version = mine.json("train", "--recipe", "recipe.toml", "--store", "store")["trained"][0]["version"]
    alias = mine.folder / "store/models/popular/aliases/champion.json"
    alias.parent.mkdir(parents=True)
    alias.write_text("rubbish")
    done = mine.run("models", "--store", "store", "--json")
    assert listed(mine)["popular"]["version"] == version
    assert "models/popular/aliases/champion.json" in done.stderr
    assert mine.run("promote", "popular", version, "--store", "store").returncode == 1
    mine.json("promote", "popular", version, "--store", "store", "--force", "--reason", "mended")
    assert listed(mine)["popular"]["served"]


def test_a_misspelt_store_is_not_made(mine: Commands) -> None:
    """A command that only reads takes a folder that does not exist for a slip, and does not make it."""
    done = mine.run("models", "--store", "stroe")
    assert (done.returncode, "there is no store in stroe" in done.stderr) == (1, True)
    assert not (mine.folder / "stroe").exists()


def test_a_full_disk_is_one_line(mine: Commands) -> None:
    """What cannot be written is said on stderr, without a traceback."""
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [str(WARMSTART), "models", "--store", "."],
            cwd=mine.folder,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert "No space left on device" in done.stderr
    assert "Traceback" not in done.stderr


def test_no_model_is_not_every_model(mine: Commands) -> None:
    """An empty --models, as an unset variable of a shell makes it, is refused."""
    (mine.folder / "table.csv").write_text("user_id,item_id\n1,2\n")
    done = mine.run("train", "--recipe", "recipe.toml", "--models", "", "--store", "store")
    assert (done.returncode, "has no model" in done.stderr) == (1, True)


def test_training_without_its_packages_says_what_to_install(mine: Commands) -> None:
    """A bare install ends a training command with the line to type, not with a traceback."""
    (mine.folder / "table.csv").write_text(HEADER + GOOD)
    (mine.folder / "hidden").mkdir()
    (mine.folder / "hidden/polars.py").write_text("raise ModuleNotFoundError('no', name='polars')")
    done = mine.run("train", "--recipe", "recipe.toml", "--store", "store", PYTHONPATH=str(mine.folder / "hidden"))
    assert done.returncode == 1
    assert "pip install 'warmstart[train]'" in done.stderr
    assert not (mine.folder / "store").exists()
