"""What may be promoted."""

from dataclasses import replace
from typing import Any

import pytest

from training.evaluation.gate import check
from warmstart.errors import GateRefused
from warmstart.manifest import Manifest

GOOD = Manifest(
    model="als",
    family="factorization",
    scorer="factorization",
    algorithm="als",
    version="20261103T141502Z-1a2b3c4",
    created_at="2026-11-03T14:15:02+00:00",
    git_commit=None,
    dataset={},
    params={},
    seed=1,
    id_bound=10**9,
    fallback="popular",
    metrics={"map@10": 0.2, "ndcg@10": 0.2, "recall@10": 0.2},
    measured_on={
        "baselines": {
            "popular": {"map@10": 0.1, "ndcg@10": 0.1, "recall@10": 0.2},
            "popular_recent": {"map@10": 0.2, "ndcg@10": 0.1, "recall@10": 0.1},
        },
        "personal_share": 0.9,
        "ordered": True,
    },
)


def test_at_least_as_good_as_both_baselines_passes() -> None:
    """Equal to the better baseline is good enough."""
    check(GOOD)


@pytest.mark.parametrize("metric", ["map@10", "ndcg@10", "recall@10"])
def test_worse_than_the_better_baseline_is_refused(metric: str) -> None:
    """One metric below the better of popular and popular_recent refuses, and is named."""
    worse = replace(GOOD, metrics={**GOOD.metrics, metric: 0.09})
    with pytest.raises(GateRefused, match=metric):
        check(worse)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"personal_share": 0.3}, "30%"),
        ({"ordered": False}, "not ordered"),
        ({"baselines": {}}, "not measured against popular"),
    ],
)
def test_answers_must_be_personal_ordered_and_measured(changed: dict[str, Any], message: str) -> None:
    """Nearly all fallback, unordered answers and a missing comparison each refuse."""
    with pytest.raises(GateRefused, match=message):
        check(replace(GOOD, measured_on={**GOOD.measured_on, **changed}))


def test_what_is_not_personal_needs_no_gate() -> None:
    """Popularity is what others are compared with."""
    check(replace(GOOD, personal=False, metrics={}, measured_on={}))
