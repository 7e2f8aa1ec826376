"""Made-up data: KION's shape, the same for the same seed, and worth learning from."""

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from tests.training.data.folders import section
from training.data import synth
from training.data.synth import KNOWN_USERS, Size, synthesise
from training.data.synth_write import Form
from training.data.tables import Tables, read_tables
from warmstart.errors import DataError

SMALL = Size(users=2000, items=600, interactions=30_000)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a small made-up data set."""
    folder = tmp_path_factory.mktemp("synth") / "kion"
    synthesise(SMALL, 32, folder)
    return folder


@pytest.fixture(scope="module")
def tables(made: Path) -> Tables:
    """Give it as training reads it."""
    return read_tables(section(made, "kion", segments=("age", "sex")))


def test_equal_seeds_give_equal_bytes(made: Path, tmp_path: Path) -> None:
    """The same seed writes the same files, another seed others."""
    for seed in (32, 33):
        synthesise(SMALL, seed, tmp_path / str(seed))
    for name in ("interactions.csv", "users.csv", "items.csv"):
        assert (tmp_path / "32" / name).read_bytes() == (made / name).read_bytes()
        assert (tmp_path / "33" / name).read_bytes() != (made / name).read_bytes()


def test_parquet_holds_the_same_tables(tables: Tables, tmp_path: Path) -> None:
    """The format changes nothing in what is read."""
    synthesise(SMALL, 32, tmp_path / "kion", "parquet")
    again = read_tables(section(tmp_path / "kion", "kion"))
    assert again.interactions.equals(tables.interactions)
    assert again.users is not None
    assert tables.users is not None
    assert again.users.equals(tables.users)


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_a_table_of_many_parts_is_one_table(form: Form, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Made some users at a time, it holds as many different pairs, of as many users, each user's in one part."""
    monkeypatch.setattr(synth, "PART", SMALL.interactions // 7)
    synthesise(SMALL, 32, tmp_path / "kion", form)
    path = tmp_path / "kion" / f"interactions.{form}"
    raw = pl.read_csv(path) if form == "csv" else pl.read_parquet(path)
    assert len(raw) == SMALL.interactions == len(raw.unique(["user_id", "item_id"]))
    assert set(KNOWN_USERS) <= set(raw["user_id"])
    runs = raw.with_columns(part=(pl.col("last_watch_dt") < pl.col("last_watch_dt").shift()).cum_sum().fill_null(0))
    assert runs["part"].n_unique() == 8
    assert runs.group_by("user_id").agg(pl.col("part").n_unique()).get_column("part").max() == 1


def test_memory_does_not_grow_with_the_interactions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Never is more than one part drawn at a time, and each is written before the next."""
    drawn: list[tuple[int, int]] = []

    def watched(*given: Any) -> pl.DataFrame:
        made = make(*given)
        drawn.append((len(made), (next(tmp_path.glob(".kion.unfinished-*/whole/interactions.csv"))).stat().st_size))
        return made

    make = synth._interactions
    monkeypatch.setattr(synth, "PART", 3000)
    monkeypatch.setattr(synth, "_interactions", watched)
    synthesise(SMALL, 32, tmp_path / "kion")
    assert len(drawn) == 10
    assert max(rows for rows, _ in drawn) < 2 * 3000
    assert all(size > 0 for _, size in drawn[1:])


def test_the_shape_is_that_of_kion(made: Path) -> None:
    """The columns bear KION's names, and each pair of user and item stands there once."""
    raw = pl.read_csv(made / "interactions.csv")
    assert raw.columns == ["user_id", "item_id", "last_watch_dt", "total_dur", "watched_pct"]
    assert len(raw) == SMALL.interactions == len(raw.unique(["user_id", "item_id"]))
    assert raw["watched_pct"].is_between(1, 100).all()
    assert pl.read_csv(made / "users.csv").columns == ["user_id", "age", "income", "sex", "kids_flg"]
    assert {"item_id", "title", "genres"} < set(pl.read_csv(made / "items.csv").columns)


def test_the_known_users_have_features_and_a_history(tables: Tables) -> None:
    """The users that the examples ask for are always there."""
    assert tables.users is not None
    for user in KNOWN_USERS:
        assert user in tables.users["user_id"]
        assert tables.interactions.filter(pl.col("user_id") == user).height >= 5


def test_some_users_are_silent_and_some_unlisted(tables: Tables) -> None:
    """Both kinds of cold user occur: features without interactions, interactions without features."""
    assert tables.users is not None
    seen, listed = set(tables.interactions["user_id"]), set(tables.users["user_id"])
    assert len(listed - seen) > 100
    assert len(seen - listed) > 100


def test_popularity_falls_steeply(tables: Tables) -> None:
    """A tenth of the items takes three times its share, though every niche has its own first."""
    counts = np.sort(tables.interactions["item_id"].value_counts()["count"].to_numpy())[::-1]
    assert counts[: SMALL.items // 10].sum() > 0.3 * counts.sum()


def test_tastes_can_be_learnt(tables: Tables) -> None:
    """Two items that one user watched share a genre far more often than two of two users."""
    assert tables.items is not None
    rows = tables.interactions.join(tables.items.select("item_id", "genres"), on="item_id")
    rows = rows.sort("user_id", maintain_order=True)
    genres, users = rows["genres"].to_list(), rows["user_id"].to_numpy()
    rng = np.random.default_rng(0)
    own = [i for i in range(len(users) - 1) if users[i] == users[i + 1]]
    other = rng.permutation(len(users))

    def alike(pairs: list[tuple[int, int]]) -> float:
        return float(np.mean([bool(set(genres[i]) & set(genres[j])) for i, j in pairs]))

    assert alike([(i, i + 1) for i in own]) > 1.3 * alike([(i, int(other[i])) for i in own])


def test_fashions_drift(tables: Tables) -> None:
    """What the last two weeks want most is not what the first two wanted most."""
    day = pl.col("timestamp") // 86_400
    early = tables.interactions.filter(day < day.min() + 14)["item_id"].value_counts(sort=True)["item_id"][:20]
    late = tables.interactions.filter(day > day.max() - 14)["item_id"].value_counts(sort=True)["item_id"][:20]
    assert len(set(early) & set(late)) < 10


def test_fewer_items_than_niches_are_enough(tmp_path: Path) -> None:
    """The smallest sets hold different pairs too, of items that exist."""
    synthesise(Size(users=40, items=12, interactions=90, days=5), 1, tmp_path / "kion")
    tables = read_tables(section(tmp_path / "kion", "kion"))
    assert tables.items is not None
    assert len(tables.interactions.unique(["user_id", "item_id"])) == 90
    assert set(tables.interactions["item_id"]) <= set(tables.items["item_id"])


@pytest.mark.parametrize("size", [Size(users=5), Size(users=20, items=20, interactions=200), Size(interactions=1)])
def test_impossible_sizes_are_refused(size: Size, tmp_path: Path) -> None:
    """Too few users, too few pairs or nothing to draw: nothing is written."""
    with pytest.raises(DataError):
        synthesise(size, 1, tmp_path / "kion")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_files_is_not_written_over(tmp_path: Path) -> None:
    """Somebody's files are never replaced."""
    (tmp_path / "mine.csv").write_text("x")
    with pytest.raises(DataError, match="is not an empty folder"):
        synthesise(Size(users=50, items=50, interactions=100), 1, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.csv"]
