"""The first stage: models that lie whole in the ranker's artifact, and what they propose for one query."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from functions.factorization.scorer import FactorizationScorer
from functions.knn.item_item_scorer import ItemItemScorer
from functions.knn.user_knn_scorer import UserKnnScorer
from warmstart.artifact import Artifact
from warmstart.errors import Incompatible
from warmstart.fallback import Fallback, first_allowed
from warmstart.scorer import Query, Rows, Scores, ScoresItems
from warmstart.topk import top_k
from warmstart.trend import Prior, positive, recency

FILE = "first_stages.json"
KINDS = {scorer.name: scorer for scorer in (FactorizationScorer, ItemItemScorer, UserKnnScorer)}
TRENDING = "trending"  # what everybody wants now: a first stage for who has no history too
POPULAR = "popular"  # the artifact's fallback, per segment: the other one
MOST_STAGES = 16
MOST_CANDIDATES = 1_000  # of each: every answer looks at all of them
Ranks = NDArray[np.float32]


class Candidates(NamedTuple):
    """What may be recommended, and what each source says of it."""

    rows: Rows  # (c,) ascending
    scores: Scores  # (s, c) of each stage that scores; -inf where it would never return the item
    plain: Scores  # (t, c) of each of them that has a trend, without it
    ranks: Ranks  # (s + 1, c) place in the list of each stage, and last of the fallback, from 1; 0 where not in it


@dataclass(frozen=True)
class Stage:
    """One model of the first stage."""

    model: str
    scorer: ScoresItems
    half_life: float = 0.0  # of a history's events, in days; 0: age does not count
    prior: Prior | None = None  # what its scores have been fused with

    def scores(self, query: Query) -> Scores | None:
        """Score every item, with the history's events weighed as this model does."""
        return self.scorer.scores(replace(query, recency=recency(query.ages, self.half_life)))

    def plain(self, scores: Scores, rows: Rows) -> Scores | None:
        """Return scores of some rows without the trend; None where there is none."""
        return None if self.prior is None else self.prior.unfused(scores, rows)


class Demand:
    """Scores every item by what it is worth now, whoever asks."""

    def __init__(self, demand: Scores) -> None:
        self._demand = demand  # (n_items,)

    def scores(self, query: Query) -> Scores | None:  # noqa: ARG002 the shape of a scorer
        """Return the demand."""
        return self._demand.copy()


class FirstStages:
    """The models, the demand of now and the fallback: each proposes its best."""

    def __init__(self, stages: Sequence[Stage], fallback: Fallback, n_items: int, candidates: int) -> None:
        self._stages = stages
        self._fallback = fallback
        self._n_items = n_items
        self._candidates = candidates  # of each

    @classmethod
    def load(cls, artifact: Artifact) -> Self:
        """Open every model; raise Incompatible where one of them lacks something."""
        n_users = len(artifact.array("seen_indptr", np.int64, None)) - 1
        n_items = len(artifact.array("popularity", np.int32, None))
        described = artifact.json(FILE)
        if not isinstance(described, list) or not 1 <= len(described) <= MOST_STAGES:
            raise Incompatible(f"{FILE} names no first stages, or too many")
        stages = [_stage(artifact, number, about) for number, about in enumerate(described)]
        if "demand" in artifact:
            stages.append(Stage(TRENDING, Demand(artifact.array("demand", np.float32, n_items))))
        candidates = artifact.setting("candidates")
        if not 1 <= candidates <= MOST_CANDIDATES:
            raise Incompatible(f"{candidates:g} candidates of each first stage")
        return cls(stages, Fallback.load(artifact, n_users, n_items), n_items, int(candidates))

    @property
    def names(self) -> list[str]:
        """Return the names of what scores, in the order of their scores."""
        return [stage.model for stage in self._stages]

    @property
    def trended(self) -> list[str]:
        """Return the names of those whose scores have been fused with a trend."""
        return [stage.model for stage in self._stages if stage.prior is not None]

    def candidates(self, query: Query) -> Candidates:
        """Return what the stages propose together."""
        scores = np.full((len(self._stages), self._n_items), -np.inf, np.float32)
        proposed = []
        for line, stage in zip(scores, self._stages, strict=True):
            found = stage.scores(query)
            if found is not None:
                line[:] = found
            proposed.append(top_k(line, self._candidates, query.exclude, query.only).rows)
        _, order = self._fallback.of(query.user, query.features)
        proposed.append(first_allowed(order, self._candidates, self._n_items, (query.exclude,), query.only))
        return self._joined(proposed, scores)

    def _joined(self, proposed: Sequence[Rows], scores: Scores) -> Candidates:
        rows = np.unique(np.concatenate(proposed)).astype(np.int32)
        ranks = np.zeros((len(proposed), len(rows)), np.float32)
        for line, own in zip(ranks, proposed, strict=True):
            line[np.searchsorted(rows, own)] = np.arange(1, len(own) + 1)
        told = scores[:, rows]
        found = (stage.plain(line, rows) for line, stage in zip(told, self._stages, strict=True))
        plain = [line for line in found if line is not None]
        return Candidates(rows, told, np.stack(plain) if plain else told[:0], ranks)


def _stage(artifact: Artifact, number: int, about: Any) -> Stage:
    """Open one of the models."""
    try:
        model, algorithm, params = str(about["model"]), str(about["algorithm"]), about["params"]
        kind = KINDS[about["scorer"]]
    except (TypeError, KeyError):
        raise Incompatible(f"{FILE} does not describe first stages") from None
    if not isinstance(params, Mapping):
        raise Incompatible(f"{FILE} does not describe first stages")
    part = artifact.part(prefix_of(number), algorithm=algorithm, params=params)
    half_life = part.setting("history_half_life", 0)
    if not 0 <= half_life < math.inf:
        raise Incompatible(f"a history_half_life of {half_life:g}")
    prior = Prior.load(part, len(part.array("popularity", np.int32, None)), positive)
    return Stage(model, kind.load(part), half_life, prior)


def prefix_of(number: int) -> str:
    """Return what the names of a stage's arrays and files begin with."""
    return f"stage{number}."
