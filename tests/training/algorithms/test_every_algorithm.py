"""What holds for every algorithm's fit."""

from dataclasses import fields

import numpy as np
import pytest

from tests.training.datasets import DAY, tables
from training.algorithms import ALGORITHMS
from training.interactions import Events


@pytest.mark.parametrize("name", ALGORITHMS)
def test_a_fit_leaves_the_interactions_as_they_are(name: str) -> None:
    """Other models learn from the same ones, and their items lie beside their weights and times."""
    rng = np.random.default_rng(1)
    users, items = np.nonzero(rng.random((30, 20)) < 0.4)
    weights = rng.integers(1, 9, len(users)).tolist()
    events = Events.of(tables(users, items, weights=weights, times=rng.permutation(len(users)) * DAY))
    before, learnt = events.interactions(), events.interactions()
    ALGORITHMS[name]().fit(learnt, np.random.default_rng(2))
    for column in fields(before):
        kept, found = getattr(before, column.name), getattr(learnt, column.name)
        if isinstance(kept, np.ndarray):
            assert found.tolist() == kept.tolist(), column.name
