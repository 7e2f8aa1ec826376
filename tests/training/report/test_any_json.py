"""Whatever stands in an evaluation's JSON, it is refused or drawn."""

import json
from contextlib import suppress
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.training.report.made import value
from training.report.page import report
from training.report.reading import evaluation_of
from warmstart.errors import DataError

texts = st.text(max_size=8) | st.sampled_from(["ndcg@10", "popular", "\0", "\ud800", "</style>", "1e999"])
numbers = st.integers() | st.floats() | st.sampled_from([0, -1, 10**12, 10**400, 1e-300])
anything = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
)


def like(old: Any) -> st.SearchStrategy[Any]:
    """Return values of the same kind, most of which are drawn."""
    if isinstance(old, bool):
        return st.booleans()
    if isinstance(old, int | float):
        return st.floats(-1e12, 1e12) if isinstance(old, float) else st.integers(-5, 10**6)
    return texts if isinstance(old, str) else st.none() | st.floats(-1.0, 1.0)


def spoil(data: st.DataObject, inner: Any) -> Any:
    """Replace or remove something at a place that is drawn step by step."""
    keys = sorted(inner) if isinstance(inner, dict) else [*range(len(inner))] if isinstance(inner, list) else []
    if not keys or data.draw(st.integers(0, 29)) == 0:
        return data.draw(like(inner) if data.draw(st.integers(0, 3)) else anything)
    key = data.draw(st.sampled_from(keys))
    if data.draw(st.integers(0, 29)) == 0:
        del inner[key]
    else:
        inner[key] = spoil(data, inner[key])
    return inner


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_a_spoilt_evaluation_is_refused_or_drawn(data: st.DataObject) -> None:
    """No other error, and no not-a-number on the page."""
    found = value()
    for _ in range(data.draw(st.integers(1, 4))):
        found = spoil(data, found)
    with suppress(DataError):
        html = report(evaluation_of(json.dumps(found).encode()))
        assert "<svg" in html
        assert '="nan' not in html
        assert '="inf' not in html
