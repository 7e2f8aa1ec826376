"""An evaluation comes back from its JSON, or is refused with a reason."""

import json
import re
from typing import Any

import pytest

from tests.training.datasets import checkerboard, recipe
from tests.training.report.made import made, value
from training.evaluation.cross_validation import CrossValidator
from training.evaluation.folds import FoldPlan
from training.recipe import ModelSection
from training.report.frame import frame
from training.report.reading import MAX_BYTES, evaluation_of
from warmstart.errors import DataError


def test_a_real_evaluation_comes_back_as_it_was() -> None:
    """All that the JSON holds is there again, of the same types."""
    said = recipe(ModelSection("als", "als", {"factors": 2, "alpha": 5.0}))
    found = CrossValidator(said, checkerboard(), FoldPlan(folds=1, days=10), ks=(1, 5)).evaluate()
    back = evaluation_of(json.dumps(found.to_json()).encode())
    assert back.to_json() == found.to_json()
    assert back["als"].against["popular"]["ndcg@5"].verdict == found["als"].against["popular"]["ndcg@5"].verdict


def spoilt(*path: str | int, to: Any) -> dict[str, Any]:
    """Return an evaluation with one value replaced."""
    found = value()
    inner: Any = found
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = to
    return found


@pytest.mark.parametrize(
    ("found", "message"),
    [
        ({}, "schema 'None'"),
        ({**value(), "schema": 2}, "schema '2'; this code reads 1"),
        ({**value(), "ks": "ten"}, "Expected `array`"),
        ({**value(), "models": []}, "without ks"),
        ({**value(), "decides": "hits@10"}, "decides, and was not measured"),
        (value(("als", "als")), "same name"),
        (spoilt("models", 2, "metrics", to={}), "'als' has no coverage@1"),
        (spoilt("models", 2, "metrics", "ndcg@1", "folds", to=[0.1]), "ndcg@1 is not one number for each fold"),
        (spoilt("models", 2, "metrics", "ndcg@1", "high", to=1e300), "ndcg@1 is not one number for each fold"),
        (spoilt("models", 2, "segments", "hot", "metrics", to={"ndcg@10": 1e99}), "impossible number"),
    ],
)
def test_what_cannot_be_drawn_is_refused(found: dict[str, Any], message: str) -> None:
    """A wrong schema, a wrong type, a gap, a contradiction: each says what it is."""
    with pytest.raises(DataError, match=re.escape(message)):
        evaluation_of(json.dumps(found).encode())


@pytest.mark.parametrize("data", [b"", b"[]", b"{", b"\xff", b'{"schema": NaN}', b"[" * 100_000])
def test_what_is_no_json_object_is_refused(data: bytes) -> None:
    """Whatever the bytes, the answer is one error."""
    with pytest.raises(DataError, match="warmstart evaluate --json"):
        evaluation_of(data)


def test_what_is_too_large_is_refused_unread() -> None:
    """No evaluation has 64 MiB."""
    with pytest.raises(DataError, match="over 64 MiB"):
        evaluation_of(b" " * (MAX_BYTES + 1))


def test_a_frame_has_a_row_for_each_model_and_k() -> None:
    """Its columns are the metrics, without durations."""
    rows = frame(made()).to_dicts()
    assert [(row["model"], row["k"]) for row in rows[:3]] == [("popular", 1), ("popular", 10), ("popular_recent", 1)]
    assert rows[-1] == {"model": "random", "k": 10, "ndcg": 0.04, "novelty": 0.04, "coverage": 0.04}
