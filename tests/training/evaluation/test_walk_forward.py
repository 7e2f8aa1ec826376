"""Drafts that grow old."""

import json
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.training.datasets import DAY
from tests.training.evaluation.fashion import ALS, FIRST, FLAT, ITEMS, TIMES, WALK, asked, fashion
from training.data.tables import Tables
from training.evaluation.steps import WalkPlan
from training.evaluation.walk_forward import WalkForward
from training.evaluation.walk_result import FRESH, RETRAINED, STALE, Asked, Walk
from training.recipe import ModelSection
from warmstart.errors import DataError

DAILY = WalkPlan(WALK, DAY)


def walked(*models: ModelSection, table: Tables | None = None, retrain: bool = False) -> Walk:
    """Walk over the fashions day by day, with lists of three."""
    plan = replace(DAILY, retrain=retrain)
    return WalkForward(asked(*models), fashion() if table is None else table, plan, k=3).walk()


@pytest.fixture(scope="module")
def found() -> Walk:
    """Return both models in all arms."""
    return walked(ALS, FLAT, retrain=True)


def means(walk: Walk, model: str, arm: str) -> list[float]:
    """Return ndcg@3 by age."""
    return [at.metrics["ndcg@3"] for own in walk[model].arms if own.name == arm for at in own.steps]


@pytest.mark.parametrize("model", ["popular_recent", "als"])
def test_a_fresh_trend_follows_the_fashion(found: Walk, model: str) -> None:
    """What is new every day is found by yesterday's trend, and by a stale one less and less."""
    _, *fresh = means(found, model, FRESH)
    _, *stale = means(found, model, STALE)
    assert min(fresh) > max(stale)
    pair = found[model].arms[1].against[STALE]["ndcg@3"]
    assert pair.verdict == "better"
    assert pair.difference == pytest.approx(np.mean(means(found, model, FRESH)) - np.mean(means(found, model, STALE)))


def test_nothing_is_stale_at_age_zero(found: Walk) -> None:
    """In the first step the fresh arm is the draft itself: the same answers, of every model."""
    for model in found.models:
        stale, fresh = (found.asked[model.name][arm][0] for arm in (STALE, FRESH))
        assert np.array_equal(stale.items, fresh.items), model.name


def test_fitted_anew_on_the_same_is_the_same() -> None:
    """In the first step the retrained arm has learnt what the draft has, what is known of items included."""
    genres = [["even", "odd"][item % 2] for item in range(ITEMS)]
    table = replace(fashion(), items=pl.DataFrame({"item_id": range(ITEMS), "genres": [[genre] for genre in genres]}))
    lightfm = ModelSection("lightfm", "lightfm", {**TIMES, "trend_power": 0.0, "factors": 4, "epochs": 3})
    arms = walked(lightfm, table=table, retrain=True).asked["lightfm"]
    assert np.array_equal(arms[STALE][0].items, arms[RETRAINED][0].items)


def test_each_arm_is_tested_against_those_before_it(found: Walk) -> None:
    """The difference is that of the means over steps."""
    retrained = found["als"].arms[2]
    for other in (STALE, FRESH):
        difference = np.mean(means(found, "als", RETRAINED)) - np.mean(means(found, "als", other))
        assert retrained.against[other]["ndcg@3"].difference == pytest.approx(difference)


def test_ages_are_those_of_model_and_trend(found: Walk) -> None:
    """A stale arm grows old in both, a fresh one in the model alone, and one that is fitted anew in neither."""
    ages = {arm.name: [(at.model_age, at.trend_age) for at in arm.steps] for arm in found["als"].arms}
    assert ages[STALE] == [(0.0, 0.0), (1.0, 1.0), (2.0, 2.0), (3.0, 3.0)]
    assert ages[FRESH] == [(0.0, 0.0), (1.0, 0.0), (2.0, 0.0), (3.0, 0.0)]
    assert ages[RETRAINED] == [(0.0, 0.0)] * 4


def test_a_model_without_a_trend_stays_the_same(found: Walk) -> None:
    """It needs no fallback here, so that every answer is as it was, until it is fitted anew."""
    _, fresh, retrained = found["flat"].arms
    assert (found["flat"].trend, fresh.same, retrained.same) == (False, True, False)
    assert (found["als"].trend, found["als"].arms[1].same) == (True, False)
    assert fresh.against[STALE]["ndcg@3"].p == 1.0


def test_who_is_fitted_anew_knows_what_was_had_since(found: Walk) -> None:
    """No item that a user had before a step is in a list of that arm; the others know the histories of the fit."""
    had = events_before(fashion(), FIRST + 25 * DAY)
    last = {arm: steps[-1] for arm, steps in found.asked["als"].items()}
    assert not had & listed(last[RETRAINED])
    assert had & listed(last[FRESH])


def events_before(table: Tables, end: int) -> set[tuple[int, int]]:
    """Return users and items, which are their own rows here."""
    frame = table.interactions.filter(pl.col("timestamp") < end)
    return set(zip(frame["user_id"].to_list(), frame["item_id"].to_list(), strict=True))


def listed(answers: Asked) -> set[tuple[int, int]]:
    """Return who was recommended what."""
    rows = zip(answers.users.tolist(), answers.items.tolist(), strict=True)
    return {(user, item) for user, items in rows for item in items}


@settings(max_examples=8)
@given(day=st.integers(22, 25), seed=st.integers(0, 2**32 - 1))
def test_nothing_of_a_step_or_after_it_reaches_its_answers(day: int, seed: int) -> None:
    """However the later events are dealt out anew, those who are asked in both get the same, up to that step."""
    table, rng = fashion(), np.random.default_rng(seed)
    frame = table.interactions
    late = (frame["timestamp"] >= FIRST + day * DAY).to_numpy()
    dealt = {name: frame[name].to_numpy().copy() for name in ("user_id", "item_id")}
    for values in dealt.values():
        values[late] = rng.permutation(values[late])
    other = replace(table, interactions=frame.with_columns(**{name: pl.Series(v) for name, v in dealt.items()}))
    one, two = (walked(ALS, table=each).asked for each in (table, other))
    for name, arms in one.items():
        for mine, theirs in zip(arms[FRESH][: day - 21], two[name][FRESH], strict=False):
            _, here, there = np.intersect1d(mine.users, theirs.users, return_indices=True)
            assert np.array_equal(mine.items[here], theirs.items[there])


def test_json_holds_the_whole_table(found: Walk) -> None:
    """It is plain JSON without nan: what each step holds, and of each model each arm by age, without single users."""
    value = json.loads(json.dumps(found.to_json(), allow_nan=False))
    assert (value["schema"], value["k"], value["decides"]) == (1, 3, "ndcg@3")
    assert value["plan"] == {"start": "2023-12-07", "end": "2023-12-11", "days": 4.0, "step_days": 1.0, "retrain": True}
    assert [(model["name"], model["role"]) for model in value["models"]][1:3] == [
        ("popular_recent", "baseline"),
        ("als", "candidate"),
    ]
    assert set(value["steps"][0]) == {"start", "end", "age", "rows", "measured", "users"}
    stale, fresh, retrained = value["models"][2]["arms"]
    assert set(fresh) == {"name", "metrics", "steps", "against", "same"}
    assert set(fresh["steps"][0]["metrics"]) == {"ndcg@3", "map@3"}
    assert [[*arm["against"]] for arm in (stale, fresh, retrained)] == [[], [STALE], [STALE, FRESH]]
    assert set(fresh["against"][STALE]["map@3"]) == {"difference", "low", "high", "p", "users"}
    assert "asked" not in value


def test_a_model_that_cannot_be_measured_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """The others walk on."""
    monkeypatch.setattr("training.memory.available", lambda: 1_000)
    walk = walked(ALS, ModelSection("ease", "ease", {}))
    assert [model.name for model in walk.models] == ["popular", "popular_recent", "als"]
    assert "memory" in walk.failed["ease"]


def test_settings_of_time_are_chosen_before_the_walk() -> None:
    """Where a recipe leaves them open the trend is found on the days before, and so a fresh one is worth something."""
    walk = walked(ModelSection("als", "als", {"factors": 2, "alpha": 5.0}))
    assert walk["als"].params["trend_power"] > 0
    assert walk["als"].arms[1].against[STALE]["ndcg@3"].verdict == "better"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [({"k": 0}, "between 1 and 100"), ({"metrics": ("ndgc",)}, "no metric"), ({"metrics": ("novelty",)}, "beyond it")],
)
def test_an_impossible_question_is_refused_at_once(arguments: dict[str, int], says: str) -> None:
    """A k that no API call could have, a metric that is unknown, or not of single users' hits."""
    with pytest.raises(DataError, match=says):
        WalkForward(asked(ALS), fashion(), DAILY, **arguments)  # type: ignore[arg-type]
