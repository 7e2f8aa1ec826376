"""Measures a draft with the scorer that will serve it."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from rectools import Columns
from rectools.metrics import MAP, NDCG, Recall, calc_metrics

from training.interactions import Events
from warmstart.errors import DataError
from warmstart.recommender import Ask, Recommendation, Recommender
from warmstart.scorer import Rows

K = 10
METRICS = {  # NDCG is the standard one only with this setting
    f"map@{K}": MAP(k=K),
    f"ndcg@{K}": NDCG(k=K, divide_by_achievable=True),
    f"recall@{K}": Recall(k=K),
}
CHECKED = 200  # users whose answers are looked at for order


class Measured(NamedTuple):
    """How good the answers of a draft are on a fold, and whether they are its own."""

    metrics: dict[str, float]
    users: int  # who were asked for
    personal_share: float  # of the answers that are not all fallback
    ordered: bool  # whether the scores fall in each answer that was looked at


def measure(recommender: Recommender, events: Events, test: NDArray[np.bool_]) -> Measured:
    """Ask for every test user of whom the draft knows a history, and compare with what they had next.

    Args:
        recommender: the opened draft; it learnt from the events that are not in the test.
        events: all events.
        test: (n,) which of them are held back. Cold users, cold items and items seen before are left out of it.

    Raises:
        DataError: nobody is left to ask for.
    """
    users, items = _truth(events, test)
    if not len(users):
        raise DataError("the fold holds nothing to measure on but cold users, cold items and items seen before")
    asked = np.unique(users)
    asks = [Ask(user_id=user_id, k=K) for user_id in events.user_ids.external(asked)]
    found = recommender.recommend_many(asks)
    tested = pd.DataFrame({Columns.User: users, Columns.Item: items})
    metrics: dict[str, float] = calc_metrics(METRICS, _frame(asked, found), tested)
    return Measured(
        metrics={name: round(float(metrics[name]), 6) for name in METRICS},
        users=len(asked),
        personal_share=sum(answer.source in ("model", "mixed") for answer in found) / len(found),
        ordered=all(_falls(recommender.recommend(replace(ask, explain=True))) for ask in asks[:CHECKED]),
    )


def _truth(events: Events, test: NDArray[np.bool_]) -> tuple[Rows, Rows]:
    """Return user and item rows, as the draft numbers them, of the test events that count."""
    n_items = len(events.item_ids)
    learnt_items = np.bincount(events.items[~test], minlength=n_items) > 0
    learnt_users = np.bincount(events.users[~test], minlength=len(events.user_ids)) > 0
    pairs = events.users.astype(np.int64) * n_items + events.items
    counts = test & learnt_items[events.items] & learnt_users[events.users]
    candidates = np.unique(pairs[counts])
    new = candidates[~np.isin(candidates, pairs[~test])]
    draft_rows = (np.cumsum(learnt_items) - 1).astype(np.int32)  # the draft has only the items that it learnt from
    return (new // n_items).astype(np.int32), draft_rows[new % n_items]


def _frame(asked: Rows, found: list[Recommendation]) -> pd.DataFrame:
    lengths = [len(answer.rows) for answer in found]
    return pd.DataFrame(
        {
            Columns.User: np.repeat(asked, lengths),
            Columns.Item: np.concatenate([answer.rows for answer in found]),
            Columns.Rank: np.concatenate([np.arange(1, length + 1) for length in lengths]),
        }
    )


def _falls(answer: Recommendation) -> bool:
    scores = [detail.score for detail in answer.details if detail.score is not None]
    return scores == sorted(scores, reverse=True)
