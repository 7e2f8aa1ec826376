"""The main job: fit on a part, measure with the serving scorer, refit on everything, seal."""

import tempfile
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple, cast

from training.age_search import Chosen
from training.algorithms.base import Abridged, Algorithm, ServesCold, settings_of
from training.algorithms.two_stage import TwoStage
from training.catalogue import CatalogueDraft
from training.cut import Cut, TablesCut
from training.data.tables import Tables
from training.evaluation.baselines import baseline_sections
from training.evaluation.cold import better
from training.evaluation.comparison import Values
from training.evaluation.facets import Facets
from training.evaluation.gate import lost
from training.evaluation.measure import Measured, measure
from training.evaluation.measured_on import measured_on
from training.evaluation.strangers import Strangers
from training.fitting import Fitting, built
from training.interactions import Interactions
from training.published import as_published
from training.recipe import ModelSection, Recipe
from training.scorers import open_recommender
from warmstart.artifact import Artifact
from warmstart.artifact_writer import draft_hash
from warmstart.manifest import Manifest


class Trial(NamedTuple):
    """A model as it was measured on the fold."""

    measured: Measured
    digest: str  # of the draft
    params: Mapping[str, Any]  # the settings that it came to have
    strangers: Mapping[str, Values]  # kind -> ndcg of the fold's people if nobody knows them: (u,)
    exact: Measured | None = None  # where the draft leaves out some of what was learnt: with all of it
    cold: Mapping[str, Measured] = {}  # what may answer people without a history -> how well
    blend: Measured | None = None  # of a ranker: the plain blend of its first stages

    @property
    def loss(self) -> float:
        """Return the part of ndcg@10 that is lost by what the draft leaves out."""
        best = 0.0 if self.exact is None else self.exact.metrics["ndcg@10"]
        return 1 - self.measured.metrics["ndcg@10"] / best if best else 0.0

    @property
    def recall(self) -> float:
        """Return the share of the answers with all of it that the draft's hold."""
        return 1.0 if self.exact is None else self.measured.recall_of(self.exact)

    @property
    def lost(self) -> list[str]:
        """Say where too much is lost; nothing where it is little enough."""
        return [*lost(self.loss, self.recall, searched=self.params.get("search") == "hnsw")]

    @property
    def abridged(self) -> dict[str, Any]:
        """Return what the manifest says of that; nothing where nothing is left out."""
        if self.exact is None:
            return {}
        lost = {"loss": round(self.loss, 6), "recall@10": round(self.recall, 6)}
        return {"abridged": {"exact": self.exact.metrics, **lost}}

    @property
    def without_history(self) -> dict[str, Any]:
        """Return what the manifest says of people without a history; nothing where there is no choice."""
        return {"cold": {answer: found.metrics for answer, found in self.cold.items()}} if self.cold else {}

    def beside_blend(self, seed: int) -> dict[str, Any]:
        """Return what the manifest says of the plain blend; nothing where it is no ranker."""
        if self.blend is None:
            return {}
        paired = {name: asdict(found) for name, found in self.measured.against(self.blend, seed).items()}
        return {"blend": {"metrics": self.blend.metrics, "ranker": self.measured.metrics, "paired": paired}}


class Training:
    """One recipe over its data, which is cut here unless it is already. Fold and baselines are made once for all."""

    def __init__(
        self,
        recipe: Recipe,
        data: Tables | Cut,
        say: Callable[[str], None] = lambda _: None,
        checkpoints: Path | None = None,
        trained_on: Mapping[str, str] = {},
    ) -> None:
        self._trained_on = trained_on
        self._recipe = recipe
        self._say = say
        self._checkpoints = checkpoints
        self._cut: Cut = TablesCut(recipe, data) if isinstance(data, Tables) else data
        self.sha256 = self._cut.sha256
        self.fit_seconds = defaultdict[str, float](float)  # model -> of all its fits
        self._ages = self._cut.ages(say, self.fit_seconds, checkpoints)
        self._trials: dict[str, Trial] = {}  # by algorithm and settings

    @cached_property
    def _facets(self) -> Facets:
        return Facets.of(*self._cut.past, self._cut.truth)

    @cached_property
    def _strangers(self) -> Strangers:
        return Strangers.of(*self._cut.past, self._cut.truth, self._recipe.seed)

    @cached_property
    def _part(self) -> Fitting:
        return self._fitting(self._cut.part)

    @cached_property
    def _whole(self) -> Fitting:
        return self._fitting(self._cut.whole)

    def measure(self, model: ModelSection) -> Trial:
        """Fit on the fold's earlier part and measure the draft.

        Where it leaves out some of what was learnt, and that costs too much, it is made to keep more.
        """
        timed = self._ages.settle(model).model
        key = repr(built(self._recipe, timed))
        if key not in self._trials:
            chosen, cold = self._cold(timed)
            self._trials[key] = self._settled(self._part.fit(chosen), chosen)._replace(cold=cold)
        return self._trials[key]

    def draft(self, model: ModelSection, folder: Path) -> Manifest:
        """Fit a model on the fold's earlier part and seal it for somebody's test."""
        return self._part.seal(self._ages.settle(model).model, folder)

    def train(self, model: ModelSection, folder: Path, published: Mapping[str, Artifact] = {}) -> Manifest:
        """Measure a model, refit it with the same settings on all rows, and seal that with the measured metrics.

        Args:
            model: its section.
            folder: where to.
            published: versions that take the place of its first stages, whose settings are theirs.
        """
        model = as_published(model, published)
        for name, version in published.items():
            self._say(f"{model.name}: made of {name} {version.manifest.version}, with its settings")
        trial = self.measure(model)
        aged = self._ages.settle(model)
        return self.fit_whole(replace(aged.model, params=trial.params), folder, self._described(trial, aged), published)

    def fit_whole(
        self,
        model: ModelSection,
        folder: Path,
        measured: Mapping[str, Any] = {},
        published: Mapping[str, Artifact] = {},
    ) -> Manifest:
        """Fit a model on all rows and seal it, with what was measured if anything was."""
        return self._whole.seal(model, folder, measured, published)

    @property
    def catalogue(self) -> CatalogueDraft:
        """Return what can be published of the tables themselves."""
        return CatalogueDraft(self._whole.interactions, self._cut.described, self._recipe.seed)

    def baselines(self) -> dict[str, Measured]:
        """Measure popular and, where there are timestamps, popular_recent, on the same fold.

        They have their default settings, whatever the recipe calls by these names.
        """
        sections = baseline_sections(timed=self._cut.timed)
        return {section.name: self.measure(section).measured for section in sections}

    def _cold(self, model: ModelSection) -> tuple[ModelSection, Mapping[str, Measured]]:
        """Decide what answers people without a history, where recipe and model leave it open; return its section."""
        algorithm = built(self._recipe, model)
        if not isinstance(algorithm, ServesCold) or not algorithm.features or "cold" in model.params:
            return model, {}
        fold = self._cut.cold_fold()
        if fold is None:
            self._say(f"{model.name}: too few users of whom anything is known to measure on; popular answers the cold")
            return model.with_settings({"cold": "popular"}), {}
        fitting = self._fitting(self._cut.past.events.interactions(fold.learn, self._recipe.data.segments))
        fitted = fitting.fit(model)
        self._say(f"{model.name}: measuring on users that were left out")
        found = fold.measure(cast("ServesCold", fitted), model, fitting)
        return model.with_settings({"cold": better(found)}), found

    def _settled(self, fitted: Algorithm, model: ModelSection) -> Trial:
        """Measure a fitted model, and again with twice as much kept while too much is lost."""
        if isinstance(fitted, TwoStage) and (plain := fitted.plain()) is not None:
            return self._tried(fitted, model)._replace(blend=self._tried(plain, model).measured)
        if not isinstance(fitted, Abridged):
            return self._tried(fitted, model)
        whole = self._tried(fitted.keeping(max(fitted.kept(), fitted.most())), model)
        while fitted.kept() < fitted.most():
            trial = self._tried(fitted, model, whole.measured)
            if not trial.lost:
                return trial
            self._say(f"{model.name}: {'; '.join(trial.lost)}; it keeps more")
            fitted = fitted.keeping(2 * fitted.kept())
        return whole._replace(params=settings_of(fitted.keeping(fitted.kept())))

    def _tried(self, fitted: Algorithm, model: ModelSection, exact: Measured | None = None) -> Trial:
        with tempfile.TemporaryDirectory(prefix="warmstart-draft-") as folder:
            manifest = self._part.write(fitted, model, Path(folder))
            self._say(f"{model.name}: measuring on {self._recipe.fold.kind}")
            recommender = open_recommender(Path(folder), manifest)
            measured, strangers = measure(recommender, self._cut.truth), self._strangers.ndcg(recommender)
            return Trial(measured, draft_hash(manifest.files), settings_of(fitted), strangers, exact)

    def _described(self, trial: Trial, aged: Chosen) -> dict[str, Any]:
        recipe = self._recipe
        described = measured_on(
            trial.measured,
            self.baselines(),
            recipe.fold,
            self._facets,
            trial.strangers,
            held_back=self._cut.held_back,
            digest=trial.digest,
            seed=recipe.seed,
        )
        beside = {**trial.abridged, **trial.without_history, **trial.beside_blend(recipe.seed)}
        where = {"trained_on": self._trained_on} if self._trained_on else {}
        return {"metrics": trial.measured.metrics, "measured_on": {**described, **beside, **aged.described}, **where}

    def _fitting(self, interactions: Interactions) -> Fitting:
        return Fitting(
            self._recipe,
            interactions,
            self._cut.described,
            self._say,
            self.fit_seconds,
            self._checkpoints,
            self._cut.learn,
        )
