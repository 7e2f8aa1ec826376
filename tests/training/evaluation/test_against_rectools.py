"""All metrics that RecTools has equal its own to 1e-9, on whatever answers Hypothesis thinks of."""

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rectools import Columns
from rectools.metrics import calc_metrics

from tests.training.evaluation.frames import lists, truth
from tests.training.evaluation.rectools_metrics import OWN, kinds_of
from training.evaluation.beyond import Learnt, genre_matrix
from training.evaluation.metrics import METRICS, of_all, per_user

ITEMS, USERS, KS = 8, 5, (1, 3, 5, 10)
GENRES = ["a", "b", "a|b", "", "c", "a|c|d", "d", "b|d"]
item = st.integers(0, ITEMS - 1)
answers = st.lists(st.lists(item, unique=True, max_size=6), min_size=USERS, max_size=USERS)
histories = st.lists(st.sets(item), min_size=USERS, max_size=USERS)
Lists = list[list[int]]
NAMES = [name for name in METRICS if name not in OWN]


def theirs(given_lists: Lists, had: list[set[int]], learnt: list[set[int]]) -> dict[str, float]:
    """Compute everything with RecTools."""
    kinds = kinds_of(GENRES)
    assert kinds.keys() == {*NAMES}
    reco = pd.DataFrame(
        [(user, i, rank) for user, row in enumerate(given_lists) for rank, i in enumerate(row, 1)],
        columns=[Columns.User, Columns.Item, Columns.Rank],
    )
    test, known = (
        pd.DataFrame(
            [(user, i) for user, own in enumerate(table) for i in sorted(own)], columns=[Columns.User, Columns.Item]
        )
        for table in (had, learnt)
    )
    metrics = {f"{name}@{k}": kind(k=k) for name, kind in kinds.items() for k in KS}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found: dict[str, float] = calc_metrics(metrics, reco, test, known, known[Columns.Item].unique())
    return found


def ours(given_lists: Lists, had: list[set[int]], learnt: list[set[int]]) -> dict[str, float]:
    """Compute everything with our own code, and take means."""
    users_of = np.bincount([i for own in learnt for i in own], minlength=ITEMS)
    known = Learnt(users_of, sum(map(bool, learnt)), genre_matrix(GENRES))
    items = lists(*given_lists, width=6)
    right = truth({user: sorted(own) for user, own in enumerate(had)}, ITEMS)
    found = per_user(NAMES, KS, items, right, known)
    return {**{name: float(np.nanmean(v)) for name, v in found.items()}, **of_all(NAMES, KS, items, known)}


@settings(deadline=None, max_examples=150)
@given(answers, histories, histories)
def test_equal_to_rectools(given_lists: Lists, had: list[set[int]], learnt: list[set[int]]) -> None:
    """Ties in popularity, empty answers, users who had nothing, k above the list: every mean is RecTools'."""
    if not any(given_lists) or not any(had) or not any(learnt):
        return  # RecTools has no answer to tables without a row
    assert ours(given_lists, had, learnt) == pytest.approx(theirs(given_lists, had, learnt), abs=1e-9)
