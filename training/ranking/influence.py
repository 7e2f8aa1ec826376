"""What a ranker looks at: how much each feature adds to the scores of candidates, exactly."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from functions.ranker.scorer import TwoStageScorer
from warmstart.errors import DataError
from warmstart.ids import Id
from warmstart.recommender import Ask, Recommender

CANDIDATES = 20  # of a user at most, spread evenly from the best to the last


class Influence(NamedTuple):
    """One feature, in units of the score."""

    feature: str
    mean: float  # of what it adds, without its sign
    within: float  # how far that differs among a user's candidates (standard deviation): only this changes an order


def influences(recommender: Recommender, user_ids: Sequence[Id]) -> list[Influence]:
    """Return every feature's influence, what changes orders most first; each user counts alike.

    Args:
        recommender: of two stages.
        user_ids: whose candidates are looked at; who gets the fallback is left out.

    Raises:
        DataError: nothing ranks, or it ranks for none of them.
    """
    scorer = recommender.scorer
    if not isinstance(scorer, TwoStageScorer):
        raise DataError(f"{recommender.manifest.model} has no ranker: what it looks at cannot be told")
    found = (_added(recommender, scorer, user_id) for user_id in user_ids)
    parts = [added for added in found if added is not None]
    if not parts:
        raise DataError("the ranker has nothing to order for any of these users")
    means = np.mean([np.abs(added).mean(axis=0) for added in parts], axis=0)
    within = np.mean([added.std(axis=0) for added in parts], axis=0)
    influence = map(Influence, scorer.proposals.features.names, means.tolist(), within.tolist())
    return sorted(influence, key=lambda each: -each.within)


def _added(recommender: Recommender, scorer: TwoStageScorer, user_id: Id) -> NDArray[np.float64] | None:
    """Return what features add to the scores of some candidates: (c, f); None where nothing is ranked."""
    query, _ = recommender.query(Ask(user_id=user_id))
    if not scorer.ranks_for(query):
        return None
    features = scorer.proposals.seen(query).features
    if not len(features):
        return None
    order = np.argsort(-scorer.second.scores(features), kind="stable")
    places = np.linspace(0, len(order) - 1, min(CANDIDATES, len(order))).round().astype(np.int64)
    return scorer.second.contributions(features[order[places]])
