"""The catalogue of the tables: when it is made anew, and what is tried before it is published."""

import json
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from tests.functions.catalogues import POPULAR, films, people
from tests.training.datasets import SIZE, checkerboard, recipe
from tests.training.spoiled import spoil
from training.catalogue import CatalogueDraft, same
from training.data.tables import Tables
from training.selfcheck import check, check_in_fresh_process
from training.train import Training
from warmstart.errors import Incompatible
from warmstart.manifest import Manifest


def draft(made: Tables) -> CatalogueDraft:
    """Return the draft of a catalogue of tables."""
    return Training(recipe(POPULAR), made).catalogue


def test_it_is_made_anew_where_the_tables_are_others(tmp_path: Path) -> None:
    """Other bytes, or other rows of the same bytes, make another one; a manifest that was read back is the same."""
    sealed = Manifest.from_json(draft(checkerboard()).seal(tmp_path / "0").to_json())
    assert same(sealed, draft(checkerboard()).seal(tmp_path / "1"))
    described = replace(checkerboard(), users=people({"sex": ["f", "m"] * 20}))
    for place, other in enumerate((replace(checkerboard(), sha256="1" * 64), checkerboard(size=SIZE - 2), described)):
        assert not same(sealed, draft(other).seal(tmp_path / f"other {place}"))
    assert not same(sealed, replace(sealed, params={**sealed.params, "folding": 0}))


def test_it_needs_no_gate_and_has_no_metrics(tmp_path: Path) -> None:
    """It claims to know nobody, and nothing was measured."""
    sealed = draft(checkerboard()).seal(tmp_path)
    assert (sealed.model, sealed.family, sealed.scorer, sealed.personal) == (*["catalogue"] * 3, False)
    assert (sealed.metrics, sealed.measured_on, sealed.id_bound) == ({}, {}, 10**9)


@pytest.mark.parametrize(
    "made",
    [
        checkerboard(),
        checkerboard(strings=True),
        checkerboard(timed=False),
        films(["x\ny", "", "…", "\u202e"], genres=[["a"], [], [], []]),
        replace(checkerboard(), users=people({"sex": ["f", None] * 40})),
        replace(checkerboard(), users=pl.DataFrame({"user_id": range(SIZE + 5)})),
    ],
    ids=["plain", "strings", "no times", "titles", "people", "without history"],
)
def test_whatever_the_tables_hold_a_fresh_process_serves_it(made: Tables, tmp_path: Path) -> None:
    """What train seals passes the check of what it publishes."""
    check_in_fresh_process(tmp_path, draft(made).seal(tmp_path))


@pytest.mark.parametrize(
    ("name", "place", "value", "message"),
    [
        ("seen_rows", 0, SIZE, "do not exist"),
        ("seen_indptr", 2, 0, "overlap"),
        ("item_ids", 1, 0, "in no order"),
        ("user_ids", slice(None), 7, "in no order"),
        ("search_rows", slice(2), 1, "lacks an item or has one twice"),
        ("item_search_offsets", 1, 0, "not a line for each item"),
        ("item_search_bytes", slice(None), 32, "not a line for each item"),
        ("item_search_bytes", 0, 33, "not found by its id or its title"),
        ("item_titles_bytes", 0, 0xFF, "not UTF-8"),
        ("item_titles_offsets", 1, 10**6, "overlap"),
        ("seen_times", slice(None, None, 2), 2**30, "not newest first"),
        ("user_feature_0", 0, 5, "stand for nothing"),
        ("user_feature_0", 0, -2, "stand for nothing"),
    ],
)
def test_what_would_fail_in_a_request_is_refused(
    name: str, place: int | slice, value: int, message: str, tmp_path: Path
) -> None:
    """Arrays of the right type and shape with a wrong content never get published."""
    titles = pl.DataFrame({"item_id": range(SIZE), "title": [f"film {n}" for n in range(SIZE)]})
    draft(replace(checkerboard(), users=people({"sex": ["f", "m"] * 20}), items=titles)).seal(tmp_path)
    spoil(tmp_path, name, place, value)
    with pytest.raises(Incompatible, match=message):
        check(tmp_path)


def test_a_description_of_no_columns_is_refused(tmp_path: Path) -> None:
    """A vocabulary of another shape is no reason for a 500."""
    draft(checkerboard()).seal(tmp_path)
    (tmp_path / "user_features.json").write_text(json.dumps(["sex"]))
    with pytest.raises(Incompatible, match="does not describe columns"):
        check(tmp_path)
