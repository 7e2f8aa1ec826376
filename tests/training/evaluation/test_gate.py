"""What may be promoted."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.training.datasets import checkerboard, recipe
from training.evaluation.gate import DECIDING, MAX_LOSS, check
from training.recipe import ModelSection
from training.train import Training
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


def measured(p: float) -> Manifest:
    """Return a manifest whose map@10 is below popular_recent's, and the paired test's p of that."""
    results = {"map@10": {"difference": -0.05, "low": -0.1, "high": 0.01, "p": p, "users": 900}}
    measured_on = {**GOOD.measured_on, "paired": {"popular_recent": results}}
    return replace(GOOD, metrics={**GOOD.metrics, "map@10": 0.15}, measured_on=measured_on)


def test_a_lower_mean_that_chance_would_give_as_well_is_refused_and_said_to_be() -> None:
    """It is the personal model that has to show what it is good for; whoever forces it knows what they do."""
    with pytest.raises(GateRefused, match=r"popular_recent has 0\.2000 \(p = 0\.2, may be chance\)"):
        check(measured(p=0.2))


def test_a_lower_mean_that_chance_would_hardly_give_says_so() -> None:
    """The reason holds both means and p."""
    with pytest.raises(GateRefused, match=r"map@10 0\.1500, popular_recent has 0\.2000 \(p = 0\.01\)"):
        check(measured(p=0.01))


def test_a_missing_test_is_said() -> None:
    """A version of before the paired test is judged by its means alone."""
    with pytest.raises(GateRefused, match=r"\(no paired test\)"):
        check(replace(GOOD, metrics={**GOOD.metrics, "map@10": 0.15}))


def test_a_baseline_in_disguise_is_refused() -> None:
    """Answers that call themselves the model's, and are popular's for most users, are not its own."""
    with pytest.raises(GateRefused, match="70% of its answers are those of popular"):
        check(replace(GOOD, measured_on={**GOOD.measured_on, "same_answers": {"popular": 0.7, "popular_recent": 0.1}}))


def test_what_an_artifact_leaves_out_may_cost_a_hundredth() -> None:
    """A loss of ndcg@10 up to that passes, also one below nothing; more is refused with the loss."""
    for loss in (-0.2, 0.0, MAX_LOSS):
        check(replace(GOOD, measured_on={**GOOD.measured_on, "abridged": {"exact": {}, "loss": loss}}))
    with pytest.raises(GateRefused, match=r"leaves out costs 1\.1% of ndcg@10, over 1%"):
        check(replace(GOOD, measured_on={**GOOD.measured_on, "abridged": {"exact": {}, "loss": 0.011}}))


def test_a_search_that_finds_too_little_is_refused() -> None:
    """An approximate search must find 95 % of the ten best; other models may differ from themselves with all of it."""
    found = {**GOOD.measured_on, "abridged": {"exact": {}, "loss": 0.0, "recall@10": 0.94}}
    check(replace(GOOD, measured_on=found))
    with pytest.raises(GateRefused, match="its search finds 94% of the ten best"):
        check(replace(GOOD, measured_on=found, params={"search": "hnsw"}))


def test_train_writes_what_the_gate_reads(tmp_path: Path) -> None:
    """The manifest holds a test per metric and baseline, and survives being written; a good model passes."""
    als = ModelSection("als", "als", {"factors": 2, "alpha": 5.0})
    manifest = Training(recipe(als), checkerboard()).train(als, tmp_path)
    assert {*manifest.measured_on["paired"]["popular"]} == {*DECIDING}
    assert manifest.measured_on["same_answers"]["popular"] < 0.5
    check(Manifest.from_json(manifest.to_json()))
    with pytest.raises(GateRefused, match="ndcg@10"):
        check(replace(manifest, metrics={**manifest.metrics, "ndcg@10": 0.0}))


def test_what_is_not_personal_needs_no_gate() -> None:
    """Popularity is what others are compared with."""
    check(replace(GOOD, personal=False, metrics={}, measured_on={}))
