"""Drafts that grow old: the last days of a table, step by step, answered with a stale trend and with a fresh one."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np

from training.age_search import AgeSearch
from training.carry_over import carried_over
from training.data.tables import Tables
from training.evaluation.answers import ask
from training.evaluation.baselines import baseline_sections, beside
from training.evaluation.metrics import METRICS, check_ks, check_names, per_user
from training.evaluation.steps import Step, WalkPlan, before, learnt_from, steps_of
from training.evaluation.truth import Truth
from training.evaluation.walk_result import FRESH, RETRAINED, STALE, Asked, Walk
from training.evaluation.walk_summary import summary
from training.fitting import Fitting
from training.interactions import Events, Interactions
from training.recipe import Fold, ModelSection, Recipe
from training.scorers import open_recommender
from warmstart.artifact import Artifact
from warmstart.errors import DataError
from warmstart.manifest import Manifest

USUAL = ("ndcg", "map")
Arms = dict[str, Asked]  # of one step, by name


class Draft(NamedTuple):
    """A model as it was fitted before the walk."""

    model: ModelSection
    role: str  # "baseline" or "candidate"
    version: Artifact


class WalkForward:
    """One recipe over its tables: each model is fitted once, on all before the walk, and asked in every step.

    It is asked as it was fitted (`stale`), and carried over with trend and fallback of all events before the step
    (`fresh`); a popularity model is its fallback. Both answer as the API does a request without a history: of a user
    they know what was stored at the fit, so they also recommend what was had since, which counts as no hit.
    A third arm (`retrained`), where the plan has it, is fitted with the same settings on all events before the step, of
    the items known at the fit, and stores these histories: it tells the age of a model and of what is stored from a
    hard day. It costs a fit of each model in each step.
    """

    def __init__(
        self,
        recipe: Recipe,
        tables: Tables,
        plan: WalkPlan,
        *,
        k: int = 10,
        metrics: Sequence[str] = USUAL,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Fit nothing yet.

        Args:
            recipe: its models, seed, fallback and segments; its fold says how settings of time are chosen.
            tables: the data.
            plan: how they are cut.
            k: length of the lists.
            metrics: names of `training.evaluation.metrics.METRICS`, none of those beyond accuracy.
            say: is told what is being done.

        Raises:
            DataError: an impossible k, a metric that is unknown or beyond accuracy.
        """
        self.recipe, self.plan, self._say = recipe, plan, say
        (self.k,) = check_ks((k,))
        self.metrics = check_metrics(metrics)
        self.dataset = tables.described(recipe.name)
        self.events = Events.of(tables)
        self.failed: dict[str, str] = {}  # model -> why it could not be measured

    @cached_property
    def cut(self) -> tuple[tuple[Step, ...], tuple[str, ...]]:
        """Return the steps, and when those begin that have nobody to measure on; raise NoSteps where none has."""
        return steps_of(self.events, self.plan)

    @cached_property
    def learnt(self) -> Interactions:
        """Return what the models are fitted on."""
        return self.events.interactions(learnt_from(self.events, self.plan), self.recipe.data.segments)

    def walk(self, models: Sequence[ModelSection] | None = None) -> Walk:
        """Fit models, those of the recipe where None are given, beside the baselines, and ask them in every step.

        How much age counts is chosen before, where the recipe leaves it open, as `train` does.
        """
        steps, _ = self.cut
        with TemporaryDirectory(prefix="warmstart-walk-") as folder:
            drafts = [*self._drafts(self.recipe.models if models is None else models, Path(folder))]
            asked: dict[str, list[Arms]] = {draft.model.name: [] for draft in drafts}
            for place, step in enumerate(steps, 1):
                self._say(f"step {place} of {len(steps)}: {len(step.truth.users):,} users")
                drafts = [*self._aged(drafts, step, asked)]
            return summary(self, drafts, asked)

    def _drafts(self, models: Sequence[ModelSection], folder: Path) -> Iterator[Draft]:
        """Fit all models before the walk; yield those that could be."""
        learn = learnt_from(self.events, self.plan)
        age_search = AgeSearch(self.recipe, self.events, learn, Fold("time", self.recipe.fold.days), self._say)
        fitting = Fitting(self.recipe, self.learnt, self.dataset, self._say)
        baselines = baseline_sections(timed=True)
        for place, model in enumerate((*baselines, *beside(baselines, models, self.recipe))):
            own = folder / str(place)
            try:
                timed = age_search.settle(model).model
                version = Artifact.open(own, fitting.seal(timed, own))
            except (DataError, MemoryError) as error:  # the others are measured
                self._fail(model, error)
            else:
                yield Draft(timed, "baseline" if model in baselines else "candidate", version)

    def _aged(self, drafts: Sequence[Draft], step: Step, asked: dict[str, list[Arms]]) -> Iterator[Draft]:
        """Ask all drafts in a step; yield those that can go on."""
        keep = before(self.events, step)
        known = self.events.interactions_in(self.learnt.item_ids, keep, self.recipe.data.segments)
        described = replace(known, titles=self.learnt.titles, genres=self.learnt.genres)
        fitting = Fitting(self.recipe, described, self.dataset, self._say)
        for draft in drafts:
            try:
                asked[draft.model.name].append(dict(self._arms(draft, step.truth, fitting)))
            except (DataError, MemoryError) as error:
                self._fail(draft.model, error)
            else:
                yield draft

    def _arms(self, draft: Draft, truth: Truth, fitting: Fitting) -> Iterator[tuple[str, Asked]]:
        """Ask one draft in all arms; the fitting has all that was before the step."""
        version = draft.version
        yield STALE, self._asked(version.folder, version.manifest, truth)
        with TemporaryDirectory(prefix="warmstart-draft-") as folder:
            fallback = fitting.fallback_of(draft.model)
            manifest = carried_over(version, fitting.interactions, Path(folder), fallback=fallback)
            yield FRESH, self._asked(Path(folder), manifest, truth)
        if self.plan.retrain:
            with TemporaryDirectory(prefix="warmstart-draft-") as folder:
                manifest = fitting.seal(draft.model, Path(folder))
                yield RETRAINED, self._asked(Path(folder), manifest, truth)

    def _asked(self, folder: Path, manifest: Manifest, truth: Truth) -> Asked:
        items = ask(open_recommender(folder, manifest), truth, self.k, checked=0).items
        values = per_user(self.metrics, (self.k,), items, truth)
        return Asked(truth.users, items, np.stack([*values.values()], axis=1))

    def _fail(self, model: ModelSection, error: Exception) -> None:
        self.failed[model.name] = str(error) or "not enough memory"


def check_metrics(names: Sequence[str]) -> tuple[str, ...]:
    """Return the names once each; raise DataError for one that is unknown, or beyond accuracy."""
    known = check_names(names)
    if beyond := [name for name in known if METRICS[name].group == "beyond"]:
        raise DataError(f"a walk measures accuracy, and {', '.join(beyond)} is beyond it")
    return known
