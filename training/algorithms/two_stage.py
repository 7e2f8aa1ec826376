"""Two stages: other models propose candidates, and a ranker that has learnt from an earlier time orders them."""

import copy
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NamedTuple, Self

import numpy as np

from functions.ranker.first_stages import POPULAR
from functions.ranker.scorer import TwoStageScorer
from training.algorithms.base import Algorithm, Share, settings_of
from training.algorithms.popular import Popular
from training.algorithms.popular_recent import PopularRecent
from training.evaluation.comparison import paired
from training.interactions import Interactions
from training.ranking.blending import Blended
from training.ranking.boosting import Boosting, boosted
from training.ranking.examples import Examples
from training.ranking.item_table import write_knowledge
from training.ranking.second_stage import SecondStage, write_second
from training.ranking.stages import Stage, check_stages, write_stages
from training.ranking.windows import Labels, Window, windows_of
from training.shared_arrays import write_histories, write_shared
from warmstart.artifact import Artifact
from warmstart.artifact_writer import ArtifactWriter
from warmstart.recommender import Recommender

if TYPE_CHECKING:
    import optuna

Ranker = Literal["lightgbm", "xgboost", "blend"]
SAMPLE = 1_000  # candidates that an export is tried on
MIN_COLD = 50  # queries of people without a history: fewer decide nothing


class Prepared(NamedTuple):
    """All that comes before a ranker."""

    shown: Sequence[Examples]  # of each window, the latest first
    first: Mapping[str, Stage]  # model -> what has learnt from everything
    interactions: Interactions  # everything
    seconds: float  # that this took


@dataclass
class TwoStage:
    """Candidate generation and ranking (Covington, Adams & Sargin, RecSys 2016), the second stage by boosted trees.

    For some windows, each before the next, the first stages learn from what came before, propose, and what people then
    had is right. So no feature of a candidate knows its label. What is served has first stages that have learnt
    everything, and the ranker of these windows.
    """

    scorer: ClassVar[str] = "two_stage"
    personal: ClassVar[bool] = True
    exact_ages: ClassVar[bool] = True
    ranker: Ranker = "lightgbm"
    candidates: int = 100  # of each first stage
    labels: Labels = "window"
    windows: int = 4  # that it learns from
    days: float = 7.0  # of a window
    queries: int = 5_000  # of a window, at most
    demand_half_life: float = 7.0  # days, of what everybody wants now
    negatives: Share = 0.4  # of the wrong candidates, what trees are shown
    trees: int = 80
    leaves: int = 15
    learning_rate: float = 0.05
    min_rows: int = 50  # in a leaf
    cold: Literal["best", "ranker", "popular"] = "best"  # what answers who has no history; the best on the last window
    stages: dict[str, Algorithm] = field(init=False, default_factory=dict)  # model -> unfitted
    algorithms: dict[str, str] = field(init=False, default_factory=dict)  # model -> the name of its algorithm
    fallback: Popular | PopularRecent = field(init=False, default_factory=Popular)
    published: Mapping[str, Artifact] = field(init=False, default_factory=dict, repr=False)  # in place of a fit
    prepared: Prepared | None = field(init=False, default=None, repr=False)  # all before the ranker, if it is there
    second_: SecondStage = field(init=False, repr=False)
    blend_: Blended = field(init=False, repr=False)  # the baseline, of the same first stages and windows
    cold_: bool = field(init=False, repr=False)  # whether the ranker answers who has no history

    @property
    def versions_(self) -> dict[str, str]:
        """Return the published versions that it is made of, by model."""
        return {name: version.manifest.version for name, version in self.published.items()}

    @property
    def preparation(self) -> str:
        """Return what two models must have in common to be ranked from the same preparation."""
        names = ("stages", "fallback", "versions_", "candidates", "labels", "windows", "days", "queries")
        return repr([getattr(self, name) for name in (*names, "demand_half_life")])

    def fit(self, interactions: Interactions, rng: np.random.Generator) -> Self:
        """Learn to rank from windows, then let the first stages learn from everything.

        Raises:
            DataError: no first stages, or no window has anything to learn from.
        """
        seed = int(rng.integers(2**31))
        self.prepared = self.prepared or self._prepare(interactions, rng)
        shown = self.prepared.shown
        self.blend_ = Blended.fitted(Examples.joined(shown).telling)
        self.second_ = self._learnt(shown, seed)
        self.cold_ = self.cold == "ranker" or (self.cold == "best" and self._better_for_cold(shown, seed))
        return self

    def plain(self) -> Self | None:
        """Return the same with a blend in place of the ranker; None where it is one."""
        if self.ranker == "blend":
            return None
        other = copy.copy(self)
        other.ranker, other.second_ = "blend", self.blend_
        return other

    def shown(self, window: Window, rng: np.random.Generator) -> Examples:
        """Return what the ranker is shown of a window, by the code that shows it when it serves."""
        fitted: dict[str, Stage] = {name: _fitted(stage, window.earlier, rng) for name, stage in self.stages.items()}
        with tempfile.TemporaryDirectory(prefix="warmstart-window-") as folder:
            return Examples.of(window, self._draft(fitted, window.earlier, Path(folder)), self.queries, rng)

    def ranked_by(self, ranker: Ranker, shown: Sequence[Examples], seed: int) -> Self:
        """Return the same first stages, fitted, under another ranker of what it is shown."""
        other = copy.copy(self)
        other.ranker = ranker
        other.second_ = other._learnt(shown, seed)
        return other

    def export(self, writer: ArtifactWriter) -> None:
        """Add both stages, and what features are made of."""
        assert self.prepared is not None  # noqa: S101 it is fitted
        self._write_first(writer, self.prepared.first, self.prepared.interactions)
        write_second(writer, self.second_, self.prepared.shown[0].features[:SAMPLE])
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

    def _prepare(self, interactions: Interactions, rng: np.random.Generator) -> Prepared:
        """Show each window to what will rank, and let the first stages learn from everything."""
        started = time.perf_counter()
        check_stages(self.stages, self.candidates)
        windows = windows_of(interactions, self.labels, windows=self.windows, days=self.days, rng=rng)
        shown = [self.shown(window, rng) for window in windows]
        first: dict[str, Stage] = {
            name: self.published.get(name) or _fitted(stage, interactions, rng) for name, stage in self.stages.items()
        }
        return Prepared(shown, first, interactions, time.perf_counter() - started)

    def _draft(self, fitted: Mapping[str, Stage], earlier: Interactions, folder: Path) -> Recommender:
        """Write first stages that a plain sum ranks, and open them."""
        writer = ArtifactWriter(folder)
        write_shared(writer, earlier)
        write_histories(writer, earlier, exact=True)
        copy.copy(self.fallback).fit(earlier, np.random.default_rng(0)).orders_.write(writer)
        self._write_first(writer, fitted, earlier)
        writer.array("blend_weights", np.ones(len(fitted) + ("demand" in writer.names), np.float32))
        writer.array("cold", np.zeros(1, np.uint8))
        manifest = writer.seal(
            model="window",
            family="ranker",
            scorer=self.scorer,
            algorithm="two_stage",
            git_commit=None,
            dataset={},
            params=settings_of(self),
            seed=0,
            id_bound=None,
            fallback="popular",
        )
        return Recommender.open(folder, manifest, TwoStageScorer)

    def _write_first(self, writer: ArtifactWriter, stages: Mapping[str, Stage], interactions: Interactions) -> None:
        write_stages(writer, stages, self.algorithms, interactions)
        write_knowledge(writer, interactions, self.demand_half_life)

    def _learnt(self, shown: Sequence[Examples], seed: int) -> SecondStage:
        examples = Examples.joined(shown).telling
        if self.ranker == "blend":
            return Blended.fitted(examples)
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
        scores = self._learnt(shown[1:], seed).predict(latest.features)
        ranks = latest.features[:, latest.names.index(f"{POPULAR} rank")]
        mine, theirs = (latest.ndcg(order)[:, None] for order in (scores, ranks))  # ranks are reciprocal
        people = np.arange(len(mine), dtype=np.int32)
        return paired([(people, mine)], [(people, theirs)], seed)[0].verdict == "better"


def _fitted(stage: Algorithm, interactions: Interactions, rng: np.random.Generator) -> Algorithm:
    return copy.copy(stage).fit(interactions, rng)
