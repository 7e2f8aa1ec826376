"""Analyzers over small tables, with drafts of two models."""

from pathlib import Path
from typing import Any

from tests.training.datasets import LAST, recipe
from training.data.tables import Tables
from training.evaluation.splits import split
from training.interactions import Events
from training.recipe import ModelSection
from training.scorers import open_recommender
from training.train import Training
from training.visual import VisualAnalyzer

MODELS = (ModelSection("popular", "popular", {}), ModelSection("als", "als", {"factors": 2, "alpha": 5.0}))


def analyzer(
    tables: Tables,
    folder: Path,
    *,
    held_out: bool = True,
    models: tuple[ModelSection, ...] = MODELS,
    **settings: Any,
) -> VisualAnalyzer:
    """Return an analyzer of drafts that each user's last item is held out of, or of models that know everything."""
    said = recipe(*models)
    training, events = Training(said, tables), Events.of(tables)
    make = training.draft if held_out else training.fit_whole
    recommenders = {m.name: open_recommender(folder / m.name, make(m, folder / m.name)) for m in models}
    test = split(events, LAST)[1] if held_out else None
    return VisualAnalyzer(events, recommenders, test, **settings)
