"""What those get of whom too little is known: in order, by segment where one is known."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.layers.artifacts import N_ITEMS, N_USERS, SEGMENTS, Spec, write_draft
from warmstart.artifact import Artifact
from warmstart.errors import Incompatible
from warmstart.fallback import MAX_SEGMENTS, Fallback, first_allowed, segment_names
from warmstart.ids import UNKNOWN
from warmstart.manifest import canonical_json

FEATURES = {"age": "25_34", "sex": "F"}


def opened(folder: Path, spec: Spec) -> Fallback:
    """The fallback of an artifact."""
    return Fallback.load(Artifact.open(folder, write_draft(folder, spec)), N_USERS, N_ITEMS)


@pytest.fixture
def fallback(tmp_path: Path) -> Fallback:
    """One with segments; the first user's is `sex_f`, the others have none."""
    return opened(tmp_path, Spec(segments=True))


def test_without_segments_there_is_one_order(tmp_path: Path) -> None:
    """Everybody gets the same."""
    plain = opened(tmp_path, Spec())
    for user, features in ((UNKNOWN, {}), (0, {}), (0, FEATURES)):
        name, order = plain.of(user, features)
        assert (name, order.tolist()) == ("popular", list(reversed(range(N_ITEMS))))


@pytest.mark.parametrize(
    ("user", "features", "segment"),
    [
        (UNKNOWN, {}, None),
        (1, {}, None),
        (0, {}, "sex_f"),
        (UNKNOWN, FEATURES, "age_25_34,sex_f"),
        (UNKNOWN, {"age": "age_25_34", "sex": "sex_f"}, "age_25_34,sex_f"),
        (UNKNOWN, {"age": " Age_25_34 ", "sex": "f"}, "age_25_34,sex_f"),
        (UNKNOWN, {"age": "65_inf", "sex": "F"}, "sex_f"),
        (UNKNOWN, {"age": "18_24", "sex": "F"}, "age_18_24"),
        (0, {"age": "18_24"}, "age_18_24"),
        (0, {"age": "65_inf"}, "sex_f"),
        (UNKNOWN, {"age": ["25_34"], "sex": "m"}, None),
        (UNKNOWN, {"city": "Perm"}, None),
    ],
)
def test_the_narrowest_known_segment_answers(
    fallback: Fallback, user: int, features: dict[str, Any], segment: str | None
) -> None:
    """Features of the request come first, narrowest segment first; then the stored segment; then everybody's order."""
    name, order = fallback.of(user, features)
    assert name == ("popular" if segment is None else f"popular:{segment}")
    first = N_ITEMS - 1 if segment is None else SEGMENTS.index(segment)
    assert order[0] == first


def test_segments_are_named_from_the_narrowest() -> None:
    """All columns, then fewer, in the columns' order; a value that bears its column's name is not given it twice."""
    features = {"sex": "F", "age": "age_25_34", "income": "high", "other": "x"}
    assert list(segment_names(["age", "sex", "income"], features)) == [
        "age_25_34,sex_f,income_high",
        "age_25_34,sex_f",
        "age_25_34,income_high",
        "sex_f,income_high",
        "age_25_34",
        "sex_f",
        "income_high",
    ]
    assert list(segment_names(["age"], {})) == []


@pytest.mark.parametrize(
    "described",
    [
        [],
        {},
        7,
        None,
        {"columns": ["age"]},
        {"columns": 1, "names": list(SEGMENTS)},
        {"columns": [["age"]], "names": list(SEGMENTS)},
        {"columns": ["age"], "names": ["a", "b"]},
        {"columns": ["age"], "names": ["a", "b", "a"]},
        {"columns": ["age"], "names": ["a", "b", ["c"]]},
        {"columns": ["age"], "names": [str(n) for n in range(MAX_SEGMENTS + 1)]},
    ],
    ids=lambda value: str(value)[:50],
)
def test_segments_that_do_not_fit_are_incompatible(tmp_path: Path, described: Any) -> None:
    """A description that is not one name per order is refused at load."""
    manifest = write_draft(tmp_path, Spec(segments=True))
    (tmp_path / "segments.json").write_bytes(canonical_json(described))
    with pytest.raises(Incompatible):
        Fallback.load(Artifact.open(tmp_path, manifest), N_USERS, N_ITEMS)


def test_a_missing_description_is_incompatible(tmp_path: Path) -> None:
    """Orders without names are refused."""
    manifest = write_draft(tmp_path, Spec(segments=True))
    (tmp_path / "segments.json").unlink()
    with pytest.raises(Incompatible):
        Fallback.load(Artifact.open(tmp_path, manifest), N_USERS, N_ITEMS)


@given(
    order=st.permutations(range(12)),
    k=st.integers(1, 15),
    taken=st.lists(st.lists(st.integers(0, 11), max_size=14), max_size=3),
    only=st.none() | st.lists(st.integers(0, 11), max_size=14),
)
def test_the_first_allowed_are_those_of_a_plain_walk(
    order: list[int], k: int, taken: list[list[int]], only: list[int] | None
) -> None:
    """Walking the order and dropping what is taken or not allowed gives the same, rows given twice included."""
    gone = {row for rows in taken for row in rows}
    expected = [row for row in order if row not in gone and (only is None or row in only)][:k]
    found = first_allowed(
        np.array(order, np.int32),
        k,
        12,
        [np.array(rows, np.int32) for rows in taken],
        None if only is None else np.array(only, np.int32),
    )
    assert found.tolist() == expected
