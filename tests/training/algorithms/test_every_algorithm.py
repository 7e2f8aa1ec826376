"""What holds for every algorithm's fit."""

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest

from tests.training.datasets import DAY, recipe, section, tables
from training.algorithms import ALGORITHMS
from training.algorithms.als import ALS
from training.algorithms.base import Forgetful
from training.fitting import built
from training.interactions import Events


@pytest.mark.parametrize("name", ALGORITHMS)
def test_a_fit_leaves_the_interactions_as_they_are(name: str) -> None:
    """Other models learn from the same ones, and their items lie beside their weights and times."""
    rng = np.random.default_rng(1)
    users, items = np.nonzero(rng.random((30, 20)) < 0.4)
    weights = rng.integers(1, 9, len(users)).tolist()
    events = Events.of(tables(users, items, weights=weights, times=rng.permutation(len(users)) * DAY))
    before, learnt = events.interactions(), events.interactions()
    built(recipe(), section(name)).fit(learnt, np.random.default_rng(2))
    for column in fields(before):
        kept, found = getattr(before, column.name), getattr(learnt, column.name)
        if isinstance(kept, np.ndarray):
            assert found.tolist() == kept.tolist(), column.name


@pytest.mark.parametrize("name", [name for name, kind in ALGORITHMS.items() if issubclass(kind, Forgetful)])
def test_what_is_older_teaches_less(name: str) -> None:
    """Learning with a half-life is learning from weights that are halved for each one that has passed."""
    rng = np.random.default_rng(4)
    users, items = np.nonzero(rng.random((40, 15)) < 0.4)
    interactions = Events.of(tables(users, items, times=rng.permutation(len(users)) * DAY)).interactions()
    assert interactions.ages is not None
    halved = replace(interactions, weights=(0.5 ** (interactions.ages / 30)).astype(np.float32))
    settings = {"factors": 4, "alpha": 5.0} if name == "als" else {}
    weighed = {} if name == "als" else {"binary": False}
    forgetful, plain, other = (
        learnt(ALGORITHMS[name](**own).fit(found, np.random.default_rng(2)))
        for own, found in (
            ({**settings, "learning_half_life": 30.0}, interactions),
            ({**settings, **weighed}, halved),
            (settings, interactions),
        )
    )
    assert forgetful == pytest.approx(plain, rel=1e-3, abs=1e-5)
    assert forgetful != pytest.approx(other, rel=1e-2)


def learnt(fitted: Any) -> np.ndarray:
    """Return what items are to each other: their weights, or the products of their vectors."""
    if isinstance(fitted, ALS):
        return fitted.item_vectors_ @ fitted.item_vectors_.T
    weights = fitted.weights_
    return weights if isinstance(weights, np.ndarray) else weights.toarray()
