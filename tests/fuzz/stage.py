"""A store with small trained models of both kinds of ids, and the functions that serve it."""

from dataclasses import replace
from pathlib import Path

import polars as pl

from functions.catalogue.catalogue import Catalogue
from infra.families import read_families
from infra.local.function import TASK_ROOT, Function
from infra.local.functions import local_functions
from tests.functions.encoders import bag_model, sequence_model, write_draft
from tests.fuzz.canary import PLANT
from tests.fuzz.values import TEXTS
from tests.training.datasets import SIZE, checkerboard, recipe
from training.data.tables import Tables
from training.recipe import ModelSection
from training.scorers import open_recommender
from training.section import Setting
from training.train import Training
from warmstart.manifest import Manifest
from warmstart.publish import publish
from warmstart.registry import promote
from warmstart.store import Store, open_store

ALGORITHMS = {"blend": "two_stage"}  # where it has not the model's name
STAGES = (ModelSection("als", "als", {"factors": 2}), ModelSection("ease", "ease", {}))
SETTINGS: dict[str, dict[str, Setting]] = {
    "two_stage": {"trees": 5, "min_rows": 5},
    "blend": {"ranker": "blend"},
    "als": {"factors": 2, "alpha": 5.0},
    "bpr": {"search": "hnsw"},
    "popular_recent": {"days": 30},
}
TITLES = [text.encode(errors="replace").decode() for text in TEXTS if PLANT not in text]
STRINGS = ("popular", "user_knn")  # whose ids are texts
MODELS = {  # those that each function answers for; some have no version, so their answer is the named 503
    "lists": ("popular", "popular_recent", "random", "two_stage_offline"),
    "factorization": ("als", "bpr", "lightfm"),
    "knn": ("item_knn", "user_knn", "ease", "rp3beta"),
    "neural": ("autoencoder", "sasrec", "dssm"),  # made up
    "ranker": ("two_stage", "blend"),
    "catalogue": ("als", "ease", "popular", "nothing"),
}


def build_store(folder: Path) -> str:
    """Train, publish and promote; return the store's URL. `popular` and `user_knn` have strings for ids."""
    store = open_store(f"file://{folder / 'store'}")
    others = ("als", "bpr", "ease", "item_knn", "lightfm", "popular", "popular_recent", "user_knn")
    for model in (*others, *MODELS["ranker"]):
        stages = STAGES if model in MODELS["ranker"] else ()
        section = ModelSection(model, ALGORITHMS.get(model, model), SETTINGS.get(model, {}), stages)
        draft = folder / f"draft-{model}"
        Training(recipe(section), _table(model)).fit_whole(section, draft)
        _promote_new(store, draft)
    for model, encoder in (("autoencoder", bag_model()), ("sasrec", sequence_model())):
        draft = folder / f"draft-{model}"
        write_draft(draft, encoder, described={"model": model})
        _promote_new(store, draft)
    _publish_catalogue(store, folder / "draft-catalogue")
    return store.url


def functions(store: str, caches: Path) -> dict[str, Function]:
    """Return the functions as the local twin would start them."""
    made = local_functions(read_families(TASK_ROOT / "functions"), store, caches, {"WARMSTART_REFRESH_SECONDS": "1"})
    return {function.name: function for function in made if function.name in MODELS}


def _promote_new(store: Store, draft: Path) -> None:
    manifest = publish(store, draft, _opens)
    promote(store, manifest.model, manifest.version, reason="fuzz")


def _publish_catalogue(store: Store, draft: Path) -> None:
    """Publish a catalogue whose titles are as hostile as the events."""
    titles = pl.DataFrame({"item_id": range(SIZE), "title": [TITLES[n % len(TITLES)] for n in range(SIZE)]})
    tables = replace(_table("lightfm"), items=titles)
    manifest = Training(recipe(STAGES[0]), tables).catalogue.seal(draft)
    publish(store, draft, Catalogue.open)
    promote(store, manifest.model, manifest.version, reason="fuzz")


def _table(model: str) -> Tables:
    """Return the checkerboard; for LightFM with what is known of its users, and of five who had nothing."""
    table = checkerboard(strings=model in STRINGS)
    if model != "lightfm":
        return table
    described = {"sex": ["f", "m", None] * 15, "age": ["age_25_34"] * 45}
    return replace(table, users=pl.DataFrame({"user_id": range(SIZE + 5), **described}))


def _opens(folder: Path, manifest: Manifest) -> None:
    open_recommender(folder, manifest)
