"""The main job: fit on a part, measure with the serving scorer, refit on everything, seal."""

import tempfile
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from training.algorithms.base import Abridged, Algorithm
from training.data.tables import Tables
from training.evaluation.baselines import baseline_sections
from training.evaluation.measure import Measured, measure
from training.evaluation.splits import split
from training.evaluation.truth import Truth, truth_of
from training.fitting import Fitting, built
from training.interactions import Events, Interactions
from training.recipe import ModelSection, Recipe
from training.scorers import open_recommender
from warmstart.artifact_writer import draft_hash
from warmstart.manifest import Manifest


class Draft(NamedTuple):
    """What became of a model that was fitted on a fold's earlier part."""

    measured: Measured
    digest: str  # of the artifact
    exact: Measured | None  # where the artifact leaves out some of what was learnt: with all of it


class Training:
    """One recipe over its tables. The fold and the baselines are made once, for all models."""

    def __init__(self, recipe: Recipe, tables: Tables, say: Callable[[str], None] = lambda _: None) -> None:
        self._recipe = recipe
        self._say = say
        self._dataset = {"name": recipe.name, "sha256": tables.sha256}
        self._events = Events.of(tables)
        self.fit_seconds = defaultdict[str, float](float)  # model -> of all its fits
        learn, self._test = split(self._events, recipe.fold)
        self._part = self._fitting(self._events.interactions(learn, recipe.data.segments))
        self._drafts: dict[str, Draft] = {}  # by algorithm and settings

    @cached_property
    def _truth(self) -> Truth:
        return truth_of(self._events, self._test)

    @cached_property
    def _whole(self) -> Fitting:
        return self._fitting(self._events.interactions(segments=self._recipe.data.segments))

    def measure(self, model: ModelSection) -> Draft:
        """Fit on the fold's earlier part and measure the draft, and what it would be with nothing left out."""
        key = repr(built(self._recipe, model))
        if key not in self._drafts:
            fitted = self._part.fit(model)
            exact = fitted.exact() if isinstance(fitted, Abridged) else None
            whole = None if exact is None else self._asked(exact, model)[0]
            self._drafts[key] = Draft(*self._asked(fitted, model), whole)
        return self._drafts[key]

    def draft(self, model: ModelSection, folder: Path) -> Manifest:
        """Fit a model on the fold's earlier part and seal it, to be measured and thrown away."""
        return self._part.seal(model, folder)

    def train(self, model: ModelSection, folder: Path) -> Manifest:
        """Measure a model, refit it with the same settings on all rows, and seal that with the measured metrics."""
        return self.fit_whole(model, folder, self._described(self.measure(model)))

    def fit_whole(self, model: ModelSection, folder: Path, measured: Mapping[str, Any] = {}) -> Manifest:
        """Fit a model on all rows and seal it, with what was measured if anything was."""
        return self._whole.seal(model, folder, measured)

    def baselines(self) -> dict[str, Measured]:
        """Measure popular and, where there are timestamps, popular_recent, on the same fold.

        They have their default settings, whatever the recipe calls by these names.
        """
        sections = baseline_sections(timed=self._events.timestamps is not None)
        return {section.name: self.measure(section)[0] for section in sections}

    def _asked(self, fitted: Algorithm, model: ModelSection) -> tuple[Measured, str]:
        with tempfile.TemporaryDirectory(prefix="warmstart-draft-") as folder:
            draft = self._part.write(fitted, model, Path(folder))
            self._say(f"{model.name}: measuring on {self._recipe.fold.kind}")
            return measure(open_recommender(Path(folder), draft), self._truth), draft_hash(draft.files)

    def _described(self, draft: Draft) -> dict[str, Any]:
        fold, measured = self._recipe.fold, draft.measured
        baselines = self.baselines()
        return {
            "metrics": measured.metrics,
            "measured_on": {
                "fold": {"kind": fold.kind, **({"days": fold.days} if fold.kind == "time" else {})},
                "rows": int(self._test.sum()),
                "users": measured.users,
                "draft_sha256": draft.digest,
                "baselines": {name: other.metrics for name, other in baselines.items()},
                "paired": {name: self._paired(measured, other) for name, other in baselines.items()},
                "same_answers": {name: measured.same_answers(other) for name, other in baselines.items()},
                "personal_share": measured.personal_share,
                "ordered": measured.ordered,
                **({} if draft.exact is None else {"abridged": _abridged(measured, draft.exact)}),
            },
        }

    def _paired(self, measured: Measured, other: Measured) -> dict[str, dict[str, Any]]:
        return {metric: asdict(found) for metric, found in measured.against(other, self._recipe.seed).items()}

    def _fitting(self, interactions: Interactions) -> Fitting:
        return Fitting(self._recipe, interactions, self._dataset, self._say, self.fit_seconds)


def _abridged(measured: Measured, exact: Measured) -> dict[str, Any]:
    """Return what the artifact would reach with nothing left out, and the part of ndcg@10 that it loses."""
    best = exact.metrics["ndcg@10"]
    return {"exact": exact.metrics, "loss": round(1 - measured.metrics["ndcg@10"] / best, 6) if best else 0.0}
