"""Models online, and the lists that `batch` makes of them: what its tests share."""

from pathlib import Path

from tests.training.datasets import recipe
from training.batch import Batch, offline_name
from training.data.tables import Tables
from training.recipe import ModelSection
from training.scorers import open_recommender
from training.train import Training
from warmstart.recommender import Recommender

MODELS = {
    "als": ModelSection("als", "als", {"factors": 2, "alpha": 5.0, "iterations": 10}),
    "ease": ModelSection("ease", "ease", {}),
    "popular": ModelSection("popular", "popular", {}),
    "random": ModelSection("random", "random", {}),
    "timed": ModelSection("timed", "item_knn", {"history_half_life": 20.0, "trend_power": 0.5}),
}
Pair = tuple[Recommender, Recommender, Path]


def offline(folder: Path, model: ModelSection, table: Tables, **options: int) -> Pair:
    """Return a model of a table, opened, what its lists serve, and where these lie."""
    manifest = Training(recipe(model), table).fit_whole(model, folder / "source")
    job = Batch(folder / "source", manifest, **options)
    sealed = job.seal(job.lists(), folder / "lists", offline_name(model.name))
    return open_recommender(folder / "source", manifest), open_recommender(folder / "lists", sealed), folder / "lists"
