"""Cards of what an older or a hostile training wrote."""

import math
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.catalogue.card import card_of
from functions.catalogue.card_schemas import EXAMPLES, ModelCard, Models
from warmstart.errors import ManifestInvalid
from warmstart.manifest import Manifest
from warmstart.registry import Alias

SAID = msgspec.json.decode(msgspec.json.encode(EXAMPLES[Models].models[0]))  # what a sound training says
ALIAS = Alias(SAID["version"], "0" * 64, 3, "2026-11-03T14:20:11+00:00", "why", None)
MANIFEST = Manifest(
    model="als",
    family="factorization",
    scorer="factorization",
    algorithm="als",
    version=SAID["version"],
    created_at=SAID["created_at"],
    git_commit=None,
    dataset=SAID["dataset"],
    params={},
    seed=1,
    id_bound=None,
    fallback="popular",
    metrics=SAID["metrics"],
    measured_on=SAID["measured_on"],
)
DEEP: list[Any] = []
for _ in range(900):
    DEEP = [DEEP]
NAMES = [*SAID["dataset"], *SAID["measured_on"], "ndcg@10"]
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES) | st.text(), inner, max_size=3),
)


def told(**changed: Any) -> dict[str, Any]:
    """What the card of a manifest says, as a client reads it."""
    card = msgspec.json.encode(card_of(replace(MANIFEST, **changed), ALIAS, "champion"))
    assert msgspec.json.decode(card, type=ModelCard)  # it is what the document says
    found: dict[str, Any] = msgspec.json.decode(card)
    return found


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("fold", "time"),
        ("users", -1),
        ("users", 2**70),
        ("intervals", {"ndcg@10": [0.1]}),
        ("intervals", {"ndcg@10": [0.1, math.nan]}),
        ("intervals", {"\ud800": [0.1, 0.2]}),
        ("by_k", {"ndcg": [1, 5, 10]}),
        ("by_k", DEEP),
        ("beyond", {"novelty@10": 10**400}),
        ("beyond", {str(number): 0.5 for number in range(10_000)}),
        ("by_segment", {"hot": {"users": 3, "ndcg@10": 0.5}}),
    ],
)
def test_a_part_that_does_not_fit_is_left_out(name: str, value: object) -> None:
    """One part of other types, of no numbers, of too many or too deep; the others are told."""
    others = {part: known for part, known in SAID["measured_on"].items() if part != name}
    assert told(measured_on={**SAID["measured_on"], name: value, "draft_sha256": "0"})["measured_on"] == others


@pytest.mark.parametrize(("name", "value"), [("name", 5), ("users", 0.5), ("time_range", ["2026"]), ("items", [DEEP])])
def test_a_data_set_is_told_as_far_as_it_fits(name: str, value: object) -> None:
    """One field of another type is left out, and what stands beside the known ones is."""
    others = {part: known for part, known in SAID["dataset"].items() if part != name}
    assert told(dataset={**SAID["dataset"], name: value, "sha256": "0"})["dataset"] == others


@given(anything, anything)
def test_whatever_was_written_the_card_is_one(dataset: object, measured_on: object) -> None:
    """Any JSON in the free parts of a manifest leaves a card that its schema allows."""
    told(dataset={"name": dataset, **_all(dataset)}, measured_on=_all(measured_on))


def _all(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else dict.fromkeys(NAMES, value)


@pytest.mark.parametrize(
    "changed", [{"family": "\ud800"}, {"created_at": "x" * 300}, {"metrics": {"a\nb": 0.5}}, {"algorithm": ""}]
)
def test_without_what_every_card_has_there_is_none(changed: dict[str, Any]) -> None:
    """A text that no answer may hold is an error, which keeps the last good card."""
    with pytest.raises(ManifestInvalid, match="no card"):
        told(**changed)


def test_an_alias_of_other_types_makes_no_card() -> None:
    """Who set it may have written anything there."""
    with pytest.raises(ManifestInvalid, match="no card"):
        card_of(MANIFEST, ALIAS._replace(set_at=DEEP), "champion")  # type: ignore[arg-type] as JSON may have it
