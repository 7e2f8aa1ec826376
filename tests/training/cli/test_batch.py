"""`warmstart batch`, as a shell sees it."""

import json
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner, Result

from tests.training.datasets import SIZE, board_file
from training.cli.main import main
from training.cli.tables import write_table

MODELS = "[models.item_knn]\n[models.popular]\n"
COLUMNS = {"user_id": pl.Int64, "rank": pl.Int32, "item_id": pl.Int64, "score": pl.Float32, "source": pl.String}
TABLE = pl.DataFrame({"user_id": [1, 2], "source": ["model", "popular"]})


def run(*arguments: str) -> Result:
    """Call the command."""
    return CliRunner().invoke(main, arguments)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Serve item_knn and popular of the checkerboard, whether or not they pass the gate, from a store."""
    folder = tmp_path_factory.mktemp("batch")
    store = folder / "store"
    trained = run("train", "--recipe", str(board_file(folder, MODELS)), "--store", str(store), "--json")
    for made in json.loads(trained.stdout)["trained"]:
        why = ("--force", "--reason", "test", "--store", str(store))
        assert run("promote", made["model"], made["version"], *why).exit_code == 0
    return store


def batch(store: Path, model: str, *options: str) -> Result:
    """Make the lists of a model of the store."""
    return run("batch", model, "--store", str(store), *options)


def test_lists_are_published_and_served(store: Path) -> None:
    """The new model is promoted by the gate, has a card, and answers as the one it was made of."""
    done = batch(store, "item_knn", "--promote", "--workers", "1", "--json")
    found = json.loads(done.stdout)
    assert (done.exit_code, found["state"], found["refusal"]) == (0, "served", None), done.stderr
    assert (found["model"], found["users"], found["by_fallback"], found["k"]) == ("item_knn_offline", SIZE, 0, 100)
    assert found["users_per_second"] > 0
    card = store / "models/item_knn_offline/versions" / found["version"] / "README.md"
    assert f"made ready by `item_knn` version `{found['of']}`" in card.read_text(encoding="utf8")
    asked = [
        json.loads(run("recommend", model, "3", "5", "--store", str(store), "--json").stdout)["recommendations"]
        for model in ("item_knn", "item_knn_offline")
    ]
    assert asked[0] == asked[1]
    again = batch(store, "item_knn_offline")
    assert (again.exit_code, again.stdout) == (1, "")
    assert "is lists already, of item_knn" in again.stderr


def test_people_read_how_many_and_how_fast(store: Path) -> None:
    """The last line is the speed; before it stands who got nothing but the fallback."""
    done = batch(store, "popular", "-k", "5")
    first, last = done.stdout.splitlines()
    assert f"published: up to 5 items for each of the {SIZE} users of" in first
    assert first.endswith(f"{SIZE} of them by the fallback alone")
    assert "users a second" in last
    assert f"popular: ranked for {SIZE} of {SIZE} users" in done.stderr


def test_what_the_gate_refuses_is_published_and_not_served(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit 3, with the reason."""
    why = "item_knn_offline is not promoted: a reason"
    monkeypatch.setattr("training.batch_order.promote_if_passed", lambda *_, **__: ("refused", why))
    done = batch(store, "item_knn", "--promote")
    assert done.exit_code == 3
    assert "refused: up to" in done.stdout
    assert done.stdout.endswith("item_knn_offline is not promoted: a reason\n")


@pytest.mark.parametrize("suffix", ["parquet", "csv", "jsonl"])
@pytest.mark.parametrize("model", ["item_knn", "popular"])
def test_a_file_has_every_user_s_whole_answer(store: Path, tmp_path: Path, model: str, suffix: str) -> None:
    """A row an item, from the first to the last, as `recommend` answers; nothing is published."""
    before = sorted(store.rglob("manifest.json"))
    path = tmp_path / f"lists.{suffix}"
    done = batch(store, model, "--to", str(path), "-k", "30", "--json")
    assert (done.exit_code, json.loads(done.stdout)["state"]) == (0, "written"), done.stderr
    table = read(path)
    users = [str(user) for user in range(SIZE)]
    asked = run("recommend", model, *users, "-k", "30", "--store", str(store), "--json")
    expected = [
        (answer["user_id"], rank, item["item_id"], item["score"] and pytest.approx(item["score"]), item["source"])
        for answer in json.loads(asked.stdout)["recommendations"]
        for rank, item in enumerate(answer["items"], 1)
    ]
    assert table.rows() == expected
    assert [path.name for path in tmp_path.iterdir()] == [f"lists.{suffix}"]
    assert sorted(store.rglob("manifest.json")) == before


def read(path: Path) -> pl.DataFrame:
    """Read a table of any of the kinds; only Parquet knows its types."""
    if path.suffix == ".parquet":
        table = pl.read_parquet(path)
        assert dict(table.schema) == COLUMNS
        return table
    return pl.read_csv(path, schema=COLUMNS) if path.suffix == ".csv" else pl.read_ndjson(path, schema=COLUMNS)


@pytest.mark.parametrize("suffix", ["parquet", "csv", "jsonl"])
def test_a_file_that_fails_halfway_leaves_the_one_before(tmp_path: Path, suffix: str) -> None:
    """What was there stays whole, and nothing lies beside it."""

    def chunks() -> Iterator[pl.DataFrame]:
        yield TABLE
        raise KeyboardInterrupt

    path = tmp_path / f"lists.{suffix}"
    write_table(path, [TABLE, TABLE])
    before = path.read_bytes()
    with pytest.raises(KeyboardInterrupt):
        write_table(path, chunks())
    assert path.read_bytes() == before
    assert [*tmp_path.iterdir()] == [path]


@pytest.mark.parametrize(
    ("arguments", "message", "code"),
    [
        (("nobody",), "nobody has no served version", 1),
        (("item_knn", "--version", "20260101T000000Z-1234567"), "no committed version", 1),
        (("x" * 57,), "over 64 characters", 1),
        (("item_knn", "--to", "lists.xlsx"), "lists.xlsx ends with none of .parquet, .csv, .jsonl", 1),
        (("item_knn", "--to", "nowhere/lists.csv"), "nowhere/lists.csv cannot be written: No such file", 1),
        (("item_knn", "-k", "0"), "0 is not in the range 1<=x<=100", 2),
        (("item_knn", "-k", "101"), "101 is not in the range 1<=x<=100", 2),
        (("item_knn", "--workers", "0"), "0 is not in the range", 2),
        (("item_knn", "--to", "lists.csv", "--promote"), "--promote: a file is not served", 2),
        (("item_knn", "--on", "spark", "--workers", "2"), "--workers: Spark says how many work", 2),
    ],
)
def test_what_cannot_be_done_says_why(store: Path, arguments: tuple[str, ...], message: str, code: int) -> None:
    """One line on stderr, and nothing is ranked."""
    done = batch(store, *arguments)
    assert (done.exit_code, done.stdout) == (code, "")
    assert message in done.stderr
    assert "ranked" not in done.stderr


def test_a_folder_is_no_file(store: Path, tmp_path: Path) -> None:
    """Its name may end like one."""
    (tmp_path / "lists.csv").mkdir()
    assert batch(store, "item_knn", "--to", str(tmp_path / "lists.csv")).exit_code == 2
