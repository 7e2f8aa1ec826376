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
from warmstart.ids import Id
from warmstart.recommender import Ask, Recommendation, Recommender
from warmstart.scorer import Rows

K = 10
METRICS = {  # NDCG is the standard one only with this setting
    f"map@{K}": MAP(k=K),
    f"ndcg@{K}": NDCG(k=K, divide_by_achievable=True),
    f"recall@{K}": Recall(k=K),
}
CHECKED = 50  # users whose answers are looked at for order


class Measured(NamedTuple):
    """How good the answers of a draft are on a fold, and whether they are its own."""

    metrics: dict[str, float]
    users: int  # who were asked for
    personal_share: float  # of the answers that are not all fallback
    ordered: bool  # whether the scores fall in each answer that was looked at


class Truth(NamedTuple):
    """What the users of a fold had next, in the rows of a draft that learnt from the rest."""

    user_ids: list[Id]  # (u,) whom to ask for
    users: Rows  # (u,) their rows, ascending
    pairs: pd.DataFrame  # user and item rows


def measure(recommender: Recommender, truth: Truth) -> Measured:
    """Ask a draft for every user of a fold, and compare with what they had next."""
    asks = [Ask(user_id=user_id, k=K) for user_id in truth.user_ids]
    found = recommender.recommend_many(asks)
    metrics: dict[str, float] = calc_metrics(METRICS, _frame(truth.users, found), truth.pairs)
    return Measured(
        metrics={name: round(float(metrics[name]), 6) for name in METRICS},
        users=len(asks),
        personal_share=sum(answer.source in ("model", "mixed") for answer in found) / len(found),
        ordered=all(_falls(recommender.recommend(replace(ask, explain=True))) for ask in asks[:CHECKED]),
    )


def truth_of(events: Events, test: NDArray[np.bool_]) -> Truth:
    """Return what counts of a fold.

    Args:
        events: all events.
        test: (n,) which of them are held back. Cold users, cold items and items seen before are left out.

    Raises:
        DataError: nothing is left.
    """
    n_items = len(events.item_ids)
    learnt_items = np.bincount(events.items[~test], minlength=n_items) > 0
    learnt_users = np.bincount(events.users[~test], minlength=len(events.user_ids)) > 0
    pairs = events.users.astype(np.int64) * n_items + events.items
    counts = test & learnt_items[events.items] & learnt_users[events.users]
    candidates = np.unique(pairs[counts])
    new = candidates[~np.isin(candidates, pairs[~test])]
    draft_rows = (np.cumsum(learnt_items) - 1).astype(np.int32)  # the draft has only the items that it learnt from
    if not len(new):
        raise DataError("the fold holds nothing to measure on but cold users, cold items and items seen before")
    users = (new // n_items).astype(np.int32)
    asked = np.unique(users)
    had = pd.DataFrame({Columns.User: users, Columns.Item: draft_rows[new % n_items]})
    return Truth([*events.user_ids.external(asked)], asked, had)


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
