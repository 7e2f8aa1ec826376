"""What a version is reckoned to weigh is what a real one weighs."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from infra.costs import layout
from infra.costs.layout import Bytes, Market
from tests.training.datasets import DAY, START, recipe, tables
from training.batch import Batch, offline_name
from training.data.tables import Tables
from training.recipe import ModelSection
from training.train import Training
from warmstart.manifest import Manifest

USERS, ITEMS, EACH = 3_000, 400, 20
MANY = 70_000  # items that two bytes do not number
MARKET = Market(users=USERS, items=ITEMS, interactions=USERS * EACH)


def market(items: int, *, each: int = EACH, timed: bool = True) -> Tables:
    """Everybody has had some items, one after the other, and every item occurs."""
    users, places = np.repeat(np.arange(USERS), each), np.arange(USERS * each)
    had = places % items if items > ITEMS else (users * 7 + places % each * 3) % items
    return tables(users, had, times=START + places % 97 * DAY if timed else None)


def fitted(folder: Path, algorithm: str, table: Tables, **settings: Any) -> Manifest:
    """A version of a model with a trend of nothing."""
    section = ModelSection(algorithm, algorithm, {"trend_power": 0.0, **settings})
    return Training(recipe(section), table).fit_whole(section, folder)


def assert_weighs(manifest: Manifest, expected: Bytes) -> None:
    """All files of the version together are what was reckoned, within one part in a hundred."""
    assert manifest.total_bytes == pytest.approx(expected.total, rel=0.01)


@pytest.mark.parametrize("timed", [True, False])
def test_als(tmp_path: Path, timed: bool) -> None:
    """Vectors of users and items, and histories with ages or without."""
    manifest = fitted(tmp_path / "als", "als", market(ITEMS, timed=timed), iterations=1)
    expected = layout.als(Market(users=USERS, items=ITEMS, interactions=USERS * EACH, timed=timed))
    assert_weighs(manifest, expected)
    vectors = USERS * 64 * 4
    assert expected.users == vectors + USERS * 16


def test_more_items_than_two_bytes_number(tmp_path: Path) -> None:
    """Rows of histories take four."""
    manifest = fitted(tmp_path / "als", "als", market(MANY, each=25), iterations=1, factors=8)
    assert_weighs(manifest, layout.als(Market(users=USERS, items=MANY, interactions=USERS * 25, factors=8)))


def test_an_index(tmp_path: Path) -> None:
    """HNSW is a file beside the vectors."""
    manifest = fitted(tmp_path / "als", "als", market(ITEMS), iterations=1, search="hnsw")
    assert_weighs(manifest, layout.als_hnsw(MARKET))
    assert manifest.files["items.hnsw"].bytes == pytest.approx(ITEMS * layout.hnsw_node(64), rel=0.01)


def test_item_knn(tmp_path: Path) -> None:
    """As many neighbours as each item may have, where it has so many."""
    manifest = fitted(tmp_path / "knn", "item_knn", market(ITEMS), k=10)
    assert_weighs(manifest, layout.item_knn(Market(users=USERS, items=ITEMS, interactions=USERS * EACH, neighbours=10)))


def test_user_knn(tmp_path: Path) -> None:
    """Every interaction once more, by item."""
    assert_weighs(fitted(tmp_path / "knn", "user_knn", market(ITEMS)), layout.user_knn(MARKET))


def test_ready_lists(tmp_path: Path) -> None:
    """A hundred items and their scores for everybody, and histories without ages."""
    manifest = fitted(tmp_path / "als", "als", market(ITEMS), iterations=1)
    job = Batch(tmp_path / "als", manifest)
    assert_weighs(job.seal(job.lists(), tmp_path / "lists", offline_name("als")), layout.lists(MARKET))


@pytest.mark.slow
def test_dssm(tmp_path: Path) -> None:
    """What items put in and come out as, beside the encoder's own file."""
    manifest = fitted(tmp_path / "dssm", "dssm", market(ITEMS), epochs=1, validation=0.0)
    arrays = manifest.total_bytes - manifest.files["encoder.onnx"].bytes
    assert arrays == pytest.approx(layout.dssm(MARKET).total, rel=0.01)
