"""A version once more: what it has learnt is carried over."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tests.training.datasets import DAY, START, fashions, recipe, tables
from training.algorithms import ALGORITHMS
from training.algorithms.base import Timed
from training.carry_over import carried_over
from training.fitting import Fitting
from training.interactions import Events
from training.recipe import ModelSection
from training.section import Setting
from warmstart.artifact import Artifact
from warmstart.fallback import SEGMENTS_FILE
from warmstart.ids import external_ids, rows_among

TREND = {"trend_half_life": 3.0, "trend_power": 0.5}
PERSONAL = [name for name, kind in ALGORITHMS.items() if issubclass(kind, Timed)]
ALS: Mapping[str, Setting] = {"factors": 4, **TREND}
MODELS = [
    *(ModelSection(name, name, ALS if name == "als" else TREND) for name in PERSONAL),
    ModelSection("als_hnsw", "als", {**ALS, "search": "hnsw"}),
    ModelSection(
        "two_stage",
        "two_stage",
        {"trees": 10, "min_rows": 20},
        tuple(ModelSection(name, name, TREND) for name in ("item_knn", "ease")),
    ),
]


def fitting_of(events: Events, keep: np.ndarray | None = None) -> Fitting:
    """Return the fitting on some events."""
    return Fitting(recipe(), events.interactions(keep), {"name": "test", "sha256": "0" * 64})


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_with_what_it_has_learnt_from_a_version_is_the_same_bytes(model: ModelSection, tmp_path: Path) -> None:
    """Trend and fallback of the interactions of its own training make the same files, whatever the family."""
    fitting = fitting_of(Events.of(fashions()))
    manifest = fitting.seal(model, tmp_path / "first")
    version = Artifact.open(tmp_path / "first", manifest)
    found = carried_over(version, fitting.interactions, tmp_path / "again", fallback=fitting.fallback())
    assert found.files == manifest.files
    assert (found.params, found.memory_bytes) == (manifest.params, manifest.memory_bytes)


def test_only_trend_and_fallback_are_others(tmp_path: Path) -> None:
    """Of all arrays of a version, those two alone differ where the interactions do."""
    events = Events.of(fashions())
    old = fitting_of(events, events.timestamps < START + 30 * DAY)  # type: ignore[operator] it has times
    manifest = old.seal(MODELS[0], tmp_path / "first")
    version = Artifact.open(tmp_path / "first", manifest)
    fresh = events.interactions_in(old.interactions.item_ids)
    fallback = Fitting(recipe(), fresh, {}).fallback()
    new = Artifact.open(tmp_path / "again", carried_over(version, fresh, tmp_path / "again", fallback=fallback))
    assert new.names == version.names
    differ = {name for name in new.names if (new.any_array(name) != version.any_array(name)).any()}
    assert differ == {"trend", "fallback"}


def test_of_two_stages_what_is_wanted_now_is_renewed_throughout(tmp_path: Path) -> None:
    """Items' features, the demand and the trend of each first stage are those of the fresh interactions."""
    events = Events.of(fashions())
    old = fitting_of(events, events.timestamps < START + 40 * DAY)  # type: ignore[operator] it has times
    manifest = old.seal(MODELS[-1], tmp_path / "first")
    version = Artifact.open(tmp_path / "first", manifest)
    fresh = events.interactions_in(old.interactions.item_ids)
    fallback = Fitting(recipe(), fresh, {}).fallback()
    new = Artifact.open(tmp_path / "again", carried_over(version, fresh, tmp_path / "again", fallback=fallback))
    differ = {name for name in new.names if (new.any_array(name) != version.any_array(name)).any()}
    assert differ == {"item_features", "later_days", "demand", "stage0.trend", "stage1.trend", "fallback"}
    ends = [interactions.timestamps.max() / DAY for interactions in (fresh, old.interactions)]  # type: ignore[union-attr]
    assert new.array("later_days", np.float32, 1)[0] == pytest.approx(ends[0] - ends[1])


def test_the_trend_is_of_the_versions_items(tmp_path: Path) -> None:
    """An item that came later has no row, one that nobody wants any more keeps the least worth, the rest their own."""
    before = fitting_of(Events.of(tables([1, 1, 2, 2], [10, 20, 10, 30], times=[START, START + 1, START, START + 9])))
    model = ModelSection("ease", "ease", {"trend_power": 1.0, "trend_half_life": 1.0})
    version = Artifact.open(tmp_path / "first", before.seal(model, tmp_path / "first"))
    later = Events.of(tables([5, 1, 5], [10, 30, 99], times=[START + DAY, START + 2 * DAY, START + 2 * DAY]))
    fresh = later.interactions_in(before.interactions.item_ids)
    found = carried_over(version, fresh, tmp_path / "again")
    trend = Artifact.open(tmp_path / "again", found).any_array("trend")
    assert trend.tolist() == pytest.approx([0.5, 1e-6, 1.0])


def test_segments_are_those_of_the_versions_users(tmp_path: Path) -> None:
    """A user's segment is found by id; one of whom the fresh users table says nothing is of none."""
    ids = np.arange(200)
    everyone = pl.DataFrame({"user_id": ids, "sex": ["f" if user < 100 else "m" for user in ids]})
    old = tables(ids, ids % 7, times=START + ids, features=everyone)
    fresh = tables(ids[5:] , ids[5:] % 7, times=START + ids[5:], features=everyone[5:])  # fmt: skip
    chosen = recipe(segments=("sex",))
    fittings = [
        Fitting(chosen, Events.of(table).interactions(segments=("sex",)), {"name": "test"}) for table in (old, fresh)
    ]
    model = ModelSection("item_knn", "item_knn", {})
    version = Artifact.open(tmp_path / "first", fittings[0].seal(model, tmp_path / "first"))
    interactions = fittings[1].interactions
    manifest = carried_over(version, interactions, tmp_path / "again", fallback=fittings[1].fallback())
    found = Artifact.open(tmp_path / "again", manifest)
    names = found.json(SEGMENTS_FILE)["names"]
    of_users = found.any_array("user_segment")
    assert of_users[:5].tolist() == [-1] * 5
    assert {names[place] for place in of_users[5:100]} == {"sex_f"}
    assert {names[place] for place in of_users[100:]} == {"sex_m"}


@pytest.mark.parametrize("strings", [False, True])
def test_rows_are_found_by_id(strings: bool) -> None:
    """Each id of one map has its row in the other or none; a map of other things knows none."""
    ids, others = (Events.of(tables(users, [1, 1, 2], strings=strings)).user_ids for users in ([1, 5, 9], [0, 9, 77]))
    expected = [ids.row(external) for external in external_ids(others)]
    assert rows_among(ids, others).tolist() == expected
    assert sorted(expected)[:2] == [-1, -1]
    assert rows_among(ids.subset(np.zeros(3, np.bool_)), others).tolist() == [-1, -1, -1]
    assert rows_among(ids, Events.of(tables([1, 5], [1, 2], strings=not strings)).user_ids).tolist() == [-1, -1]
