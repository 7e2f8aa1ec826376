"""What trees look at: how much each feature adds to the scores of candidates, exactly."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from functions.ranker.contributions import Contributions
from functions.ranker.scorer import TwoStageScorer
from warmstart.artifact import Artifact
from warmstart.ids import Id
from warmstart.recommender import Ask, Recommender

CANDIDATES = 20  # of a user, spread evenly from the best to the last


class Influence(NamedTuple):
    """One feature, in units of the score."""

    feature: str
    mean: float  # of what it adds, without its sign
    within: float  # how far that differs among a user's candidates (standard deviation): only this changes an order


def influences(recommender: Recommender, artifact: Artifact, user_ids: Sequence[Id]) -> list[Influence]:
    """Return every feature's influence, what changes orders most first.

    Args:
        recommender: of the artifact, which ranks by trees.
        artifact: holds their paths.
        user_ids: whose candidates are looked at; who gets the fallback is left out.
    """
    scorer = recommender.scorer
    assert isinstance(scorer, TwoStageScorer)  # noqa: S101 its artifact has paths
    names = scorer.features.names
    contributions = Contributions.load(artifact, len(names))
    lists = []
    for user_id in user_ids:
        query, _ = recommender.query(Ask(user_id=user_id, k=len(recommender.item_ids)))
        if (ranking := scorer.rank(query)) is not None:
            rows = ranking.rows[np.linspace(0, len(ranking.rows) - 1, CANDIDATES).astype(np.int64)]
            seen = scorer.seen(query)
            lists.append(contributions.of(seen.features[np.searchsorted(seen.rows, rows)]))
    parts = np.stack(lists)  # (u, CANDIDATES, f)
    means, within = np.abs(parts).mean(axis=(0, 1)).tolist(), parts.std(axis=1).mean(axis=0).tolist()
    return sorted(map(Influence, names, means, within), key=lambda found: -found.within)
