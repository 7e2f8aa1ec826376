"""Two stages: other models propose candidates, and a ranker that has learnt from an earlier time orders them."""

import copy
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self

import numpy as np

from functions.ranker.first_stages import POPULAR
from training.algorithms.base import Between
from training.evaluation.comparison import paired
from training.interactions import Interactions
from training.ranking.blending import fitted_blend
from training.ranking.boosting import Boosting, boosted
from training.ranking.examples import Examples
from training.ranking.first_stage import FirstStage, Prepared
from training.ranking.second_stage import Ordering, ordered_by, write_second
from training.ranking.sources import Sources
from training.ranking.windows import Labels
from warmstart.artifact_writer import ArtifactWriter

if TYPE_CHECKING:
    import optuna

Span = Annotated[float, Between(0.1, 3_650)]
Fraction = Annotated[float, Between(0.001, 1)]
Ranker = Literal["lightgbm", "xgboost", "blend"]
SAMPLE = 1_000  # candidates that an export is tried on
MIN_COLD = 50  # queries of people without a history: fewer decide nothing


@dataclass
class TwoStage:
    """Candidate generation and ranking (Covington, Adams & Sargin, RecSys 2016), the second stage by boosted trees.

    For some windows of days the first stages learn from what came before, propose, and what people then had is right.
    So no feature of a candidate knows its label. What is served has first stages that have learnt everything, and the
    ranker of these windows.
    """

    scorer: ClassVar[str] = "two_stage"
    personal: ClassVar[bool] = True
    exact_ages: ClassVar[bool] = True
    ranker: Ranker = "lightgbm"
    candidates: int = 100  # of each first stage
    labels: Labels = "window"  # last and share know no time: what is wanted now may be later than what is right
    windows: int = 4  # that it learns from; the last of each user is one
    days: Span = 7.0  # of a window
    queries: int = 5_000  # of a window, at most
    demand_half_life: Span = 7.0  # days, of what everybody wants now
    negatives: Fraction = 0.4  # of the wrong candidates, what trees are shown
    trees: int = 80
    leaves: int = 15
    learning_rate: Fraction = 0.05
    min_rows: int = 50  # in a leaf
    cold: Literal["best", "ranker", "popular"] = "best"  # what answers who has no history; the best on the last window
    sources: Sources = field(init=False, default=Sources())
    prepared_: Prepared = field(init=False, repr=False)
    ordering_: Ordering = field(init=False, repr=False)
    cold_: bool = field(init=False, repr=False)  # whether the ranker answers who has no history

    @property
    def first_stage(self) -> FirstStage:
        """Return all settings but those of the ranker."""
        return FirstStage(
            self.sources, self.candidates, self.labels, self.windows, self.days, self.queries, self.demand_half_life
        )

    def fit(self, interactions: Interactions, rng: np.random.Generator) -> Self:
        """Learn to rank from windows, and let the first stages learn from everything.

        Raises:
            DataError: no first stages, or no window has anything to learn from.
        """
        return self.learn(self.first_stage.prepare(interactions, rng), rng)

    def learn(self, prepared: Prepared, rng: np.random.Generator) -> Self:
        """Learn to rank what is prepared by a first stage with the same settings."""
        seed = int(rng.integers(2**31))
        self.prepared_ = prepared
        self.ordering_ = self._ordering(prepared.shown, seed)
        self.cold_ = self.cold == "ranker" or (self.cold == "best" and self._better_for_cold(prepared.shown, seed))
        return self

    def ranked_by(self, ranker: Ranker, seed: int) -> Self:
        """Return the same, fitted, with another ranker of what it was shown."""
        other = copy.copy(self)
        other.ranker = ranker
        other.ordering_ = other._ordering(self.prepared_.shown, seed)
        return other

    def plain(self) -> Self | None:
        """Return the same, fitted, with a blend in place of the ranker; None where it is one."""
        return None if self.ranker == "blend" else self.ranked_by("blend", seed=0)

    def export(self, writer: ArtifactWriter) -> None:
        """Add both stages, and what features are made of."""
        prepared = self.prepared_
        self.first_stage.write(writer, prepared.stages, prepared.knowledge, prepared.interactions)
        latest = prepared.shown[0]
        write_second(writer, self.ordering_, latest.names, latest.features[:SAMPLE])
        writer.array("cold", np.array([self.cold_], np.uint8))

    @staticmethod
    def space(trial: "optuna.Trial") -> dict[str, Any]:
        """Return settings to try."""
        return {
            "windows": trial.suggest_int("windows", 1, 6),
            "trees": trial.suggest_int("trees", 50, 400, log=True),
            "leaves": trial.suggest_int("leaves", 4, 63, log=True),
            "learning_rate": trial.suggest_float("learning_rate", 0.01, 0.2, log=True),
            "min_rows": trial.suggest_int("min_rows", 10, 500, log=True),
        }

    def _ordering(self, shown: Sequence[Examples], seed: int) -> Ordering:
        examples = Examples.joined(shown).telling
        if self.ranker == "blend":
            return fitted_blend(examples)
        examples = examples.with_fewer_wrong(self.negatives, np.random.default_rng(seed)).telling
        settings = Boosting(
            trees=self.trees, leaves=self.leaves, learning_rate=self.learning_rate, min_rows=self.min_rows
        )
        right = examples.right.astype(np.int32)
        return boosted(self.ranker, examples.features, right, examples.lengths, rng_seed=seed, settings=settings)

    def _better_for_cold(self, shown: Sequence[Examples], seed: int) -> bool:
        """Tell whether a ranker of the earlier windows is better than the fallback for the cold of the latest.

        A paired test must find it so: the cold are no worse off than with the fallback.
        """
        latest = shown[0].where(shown[0].cold)
        if len(shown) < 2 or len(latest.lengths) < MIN_COLD:
            return False
        scores = ordered_by(self._ordering(shown[1:], seed), latest.features)
        nearness = latest.features[:, latest.names.index(f"{POPULAR} reciprocal rank")]
        mine, theirs = (latest.ndcg(order)[:, None] for order in (scores, nearness))
        people = np.arange(len(mine), dtype=np.int32)
        return paired([(people, mine)], [(people, theirs)], seed)[0].verdict == "better"
