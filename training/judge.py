"""Models beside each other on one fold: each is fitted on the same interactions, sealed as a draft, and measured."""

from pathlib import Path
from typing import NamedTuple

from training.algorithms.base import Algorithm
from training.evaluation.measure import Measured, measure
from training.evaluation.truth import Truth
from training.fitting import Fitting
from training.recipe import ModelSection
from training.scorers import open_recommender
from warmstart.manifest import Manifest
from warmstart.recommender import Recommender


class Draft(NamedTuple):
    """A draft that lies in a folder, and how well it answers."""

    folder: Path
    manifest: Manifest
    recommender: Recommender
    measured: Measured


class Judge(NamedTuple):
    """What drafts are made with and measured on."""

    fitting: Fitting  # of what the models have learnt from
    truth: Truth
    root: Path  # of the drafts' folders

    def sealed(self, model: ModelSection) -> Draft:
        """Fit a model, seal its draft and measure it."""
        return self._opened(self.root / model.name, self.fitting.seal(model, self.root / model.name))

    def written(self, fitted: Algorithm, model: ModelSection, name: str) -> Draft:
        """Seal a fitted model's draft in a folder of that name and measure it."""
        return self._opened(self.root / name, self.fitting.write(fitted, model, self.root / name))

    def _opened(self, folder: Path, manifest: Manifest) -> Draft:
        recommender = open_recommender(folder, manifest)
        return Draft(folder, manifest, recommender, measure(recommender, self.truth))
