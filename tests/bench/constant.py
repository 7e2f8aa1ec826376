"""A handler beside one that has a constant in place of the ranking: the same API, the same adapter, the same store."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np

from warmstart.adapter import Handler, adapt
from warmstart.api import Api
from warmstart.live import LiveModels, Load, loader
from warmstart.manifest import Manifest
from warmstart.recommender import Ask, Recommendation, Recommender
from warmstart.scorer import NO_ROWS, Scorer
from warmstart.settings import Settings

CONSTANT = Recommendation(list(range(10)), NO_ROWS, "model", 0, [])


class ConstantRecommender(Recommender):
    """Ranks nothing."""

    def recommend(self, ask: Ask) -> Recommendation:  # noqa: ARG002 it is no answer to it
        """Answer the same to everybody."""
        return CONSTANT


class Pair(NamedTuple):
    """Both handlers, and what the real one asks."""

    real: Handler
    constant: Handler
    recommender: Recommender


@contextmanager
def pair(store: Path, model: str, *scorers: type[Scorer]) -> Iterator[Pair]:
    """Open a model of a store twice, as a function of its family does."""
    with tempfile.TemporaryDirectory(prefix="warmstart-bench-") as folder:
        real = _models(store, model, Path(folder, "real"), loader(*scorers))
        constant = _models(store, model, Path(folder, "constant"), _load_constant(*scorers))
        recommender = real.current(model, np.inf).loaded
        yield Pair(adapt(Api(real).paths()), adapt(Api(constant).paths()), recommender)


def _models(store: Path, model: str, cache: Path, load: Load[Recommender]) -> LiveModels[Recommender]:
    environment = {"WARMSTART_STORE": store.as_uri(), "WARMSTART_MODELS": model, "WARMSTART_CACHE": str(cache)}
    return LiveModels(Settings.from_env(environment), load)


def _load_constant(*scorers: type[Scorer]) -> Load[Recommender]:
    by_name = {scorer.name: scorer for scorer in scorers}

    def load(folder: Path, manifest: Manifest) -> Recommender:
        return ConstantRecommender.open(folder, manifest, by_name[manifest.scorer])

    return load
