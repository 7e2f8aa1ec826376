"""All that comes before a ranker: windows, what it is shown of them, and first stages that have learnt everything."""

import copy
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from functions.lists.scorer import ListsScorer
from functions.ranker.first_stages import MOST_CANDIDATES
from functions.ranker.proposals import Proposals
from training.algorithms.base import Algorithm
from training.interactions import Interactions
from training.memory import refuse_over
from training.ranking.examples import Examples
from training.ranking.item_table import Knowledge
from training.ranking.sources import Sources
from training.ranking.stages import Stage, write_stages
from training.ranking.windows import Labels, Window, windows_of
from training.shared_arrays import write_histories, write_shared
from warmstart.artifact import Artifact
from warmstart.artifact_writer import ArtifactWriter
from warmstart.errors import DataError
from warmstart.recommender import Recommender

MOST_WINDOWS = 100
CANDIDATE_BYTES = 4 * 70  # of the features of one, about
COPIES = 3  # of them that are held at a time


class Prepared(NamedTuple):
    """What a ranker learns from, and what it will rank."""

    shown: Sequence[Examples]  # of each window, the latest first
    stages: Mapping[str, Stage]  # model -> what has learnt from everything, or is published
    knowledge: Knowledge  # of everything
    interactions: Interactions  # everything
    seconds: float  # that this took


@dataclass(frozen=True)
class FirstStage:
    """Settings that rankers share which are shown the same."""

    sources: Sources
    candidates: int
    labels: Labels
    windows: int
    days: float
    queries: int
    demand_half_life: float

    def prepare(self, interactions: Interactions, rng: np.random.Generator) -> Prepared:
        """Show each window to what will rank, and let the models learn from everything.

        Raises:
            DataError: there are no first stages, or nothing to show.
        """
        started = time.perf_counter()
        self._check(interactions)
        windows = windows_of(interactions, self.labels, windows=self.windows, days=self.days, rng=rng)
        shown = [self.shown(window, rng) for window in windows]  # one after the other: each is a copy of its time
        if not shown:
            raise DataError("there is nothing to train a ranker on: no one had anything new after a cut (labels, days)")
        stages: dict[str, Stage] = {
            name: source.published or _fitted(source.unfitted, interactions, rng)
            for name, source in self.sources.models.items()
        }
        knowledge = Knowledge.of(interactions, self.demand_half_life)
        return Prepared(shown, stages, knowledge, interactions, time.perf_counter() - started)

    def shown(self, window: Window, rng: np.random.Generator) -> Examples:
        """Return what a ranker is shown of a window, by the code that shows it when it serves."""
        earlier = window.earlier
        fitted: dict[str, Stage] = {
            name: _fitted(source.unfitted, earlier, rng) for name, source in self.sources.models.items()
        }
        with tempfile.TemporaryDirectory(prefix="warmstart-window-") as folder:
            draft = self._draft(fitted, earlier, Path(folder))
            asked = Recommender(draft, ListsScorer())  # for its queries
            return Examples.of(window, asked, Proposals.load(draft), self.queries, rng)

    def write(
        self, writer: ArtifactWriter, stages: Mapping[str, Stage], knowledge: Knowledge, interactions: Interactions
    ) -> None:
        """Add models, and what features are made of."""
        algorithms = {name: source.algorithm for name, source in self.sources.models.items()}
        write_stages(writer, stages, algorithms, interactions)
        knowledge.write(writer)

    def _check(self, interactions: Interactions) -> None:
        """Raise DataError for impossible sources or sizes."""
        self.sources.check()
        if self.candidates > MOST_CANDIDATES or self.windows > MOST_WINDOWS:
            raise DataError(f"at most {MOST_CANDIDATES:,} candidates and {MOST_WINDOWS} windows are possible")
        candidates = min(self.candidates * (len(self.sources.models) + 2), interactions.n_items)
        queries = self.windows * min(self.queries, interactions.n_users)
        what = f"a ranker shown {queries:,} queries of up to {candidates:,} candidates (queries, windows, candidates)"
        refuse_over(COPIES * CANDIDATE_BYTES * queries * candidates, what)

    def _draft(self, fitted: Mapping[str, Stage], earlier: Interactions, folder: Path) -> Artifact:
        """Write first stages that nothing ranks, and open them."""
        writer = ArtifactWriter(folder)
        write_shared(writer, earlier)
        write_histories(writer, earlier, exact=True)
        copy.copy(self.sources.fallback).fit(earlier, np.random.default_rng(0)).orders_.write(writer)
        self.write(writer, fitted, Knowledge.of(earlier, self.demand_half_life), earlier)
        named = dict.fromkeys(("model", "family", "scorer", "algorithm", "fallback"), "window")
        params = {"candidates": self.candidates}
        manifest = writer.seal(**named, git_commit=None, dataset={}, params=params, seed=0, id_bound=None)
        return Artifact.open(folder, manifest)


def _fitted(unfitted: Algorithm, interactions: Interactions, rng: np.random.Generator) -> Algorithm:
    return copy.copy(unfitted).fit(interactions, rng)
