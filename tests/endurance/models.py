"""Made-up versions of any size, of which each answer shows which one made it."""

from functools import cache
from pathlib import Path

import numpy as np

from functions.neural.encoder import FILE
from tests.bench.knn_data import Market, fitting
from tests.functions.encoders import D_IN, D, bag_model, sequence_model
from training.algorithms.vectors import write_items
from training.fitting import Fitting
from training.recipe import ModelSection
from training.scorers import open_recommender
from warmstart.artifact_writer import ArtifactWriter
from warmstart.ids import IntegerIds
from warmstart.manifest import Manifest
from warmstart.publish import publish
from warmstart.registry import promote
from warmstart.scorer import Rows
from warmstart.store import Store

FACTORS = 64
EVENTS = 10  # in each user's history
SCORERS = {"ease": "item_item", "user_knn": "user_knn"}  # of other models it bears the family's name
NEIGHBOURS = 50  # of each item
FIRST_STAGES = (ModelSection("als", "als", {"iterations": 3}), ModelSection("item_knn", "item_knn", {}))
TREES = 40


class Versions:
    """Publishes versions of models and promotes them."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.store = store
        self._folder = folder
        self._made = 0

    def publish(self, model: str, family: str, *, users: int, items: int) -> Manifest:
        """Publish a version that differs from all others."""
        self._made += 1
        draft = self._folder / f"{model}-{self._made}"
        if family == "ranker":
            _fit(draft, model, users, items, seed=self._made)
        else:
            _write(draft, model, family, users, items, seed=self._made)
        return publish(self.store, draft, _opens)

    def promote(self, manifest: Manifest) -> None:
        """Make the alias point at a version."""
        promote(self.store, manifest.model, manifest.version, reason="endurance")


def _opens(folder: Path, manifest: Manifest) -> None:
    open_recommender(folder, manifest)


@cache
def _market(users: int, items: int) -> Fitting:
    return fitting(Market(items, np.random.default_rng(0)).interactions(users, EVENTS))


def _fit(folder: Path, model: str, users: int, items: int, seed: int) -> None:
    """Fit a ranker, since trees are not made up; what it learns from is prepared once."""
    settings = {"labels": "last", "windows": 1, "candidates": 50, "queries": 2_000, "trees": TREES + seed}
    _market(users, items).seal(ModelSection(model, "two_stage", settings, FIRST_STAGES), folder)


def _write(folder: Path, model: str, family: str, users: int, items: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    writer = ArtifactWriter(folder)
    IntegerIds.build(range(users)).write(writer, "user_ids")
    IntegerIds.build(range(items)).write(writer, "item_ids")
    writer.array("seen_indptr", np.arange(users + 1, dtype=np.int64) * EVENTS)
    first, step = rng.integers(items, size=(users, 1)), items // EVENTS
    had = ((first + step * np.arange(EVENTS)) % items).astype(np.int32).ravel()
    writer.array("seen_rows", had)
    writer.array("popularity", rng.integers(1, 1000, items, dtype=np.int32))
    writer.array("fallback", rng.permutation(items).astype(np.int32))
    if family == "factorization":
        vectors = rng.standard_normal((items, FACTORS), np.float32)
        writer.array("user_vectors", rng.standard_normal((users, FACTORS), np.float32))
        write_items(writer, vectors, "exact", 0)
        writer.array("gram", vectors.T @ vectors + np.eye(FACTORS, dtype=np.float32))
    if model == "ease":
        _write_weights(writer, items, rng)
    if model == "user_knn":
        _write_index(writer, had, users, items)
    if family == "neural":
        _write_encoder(writer, model, items, rng)
    writer.seal(
        model=model,
        family=family,
        scorer=SCORERS.get(model, family),
        algorithm="made-up",
        git_commit=None,
        dataset={"name": "made-up", "users": users},
        params={"alpha": 40.0, "binary": True, "k": 100, "amplification": 2.0, "length": EVENTS},
        seed=seed,
        id_bound=10**9,
        fallback="popular",
        metrics={"map@10": 0.1},
    )


def _write_encoder(writer: ArtifactWriter, model: str, items: int, rng: np.random.Generator) -> None:
    encoder = sequence_model() if model == "sasrec" else bag_model()
    (writer.folder / FILE).write_bytes(encoder.SerializeToString())
    writer.array("input_vectors", rng.standard_normal((items, D_IN), np.float32))
    write_items(writer, rng.standard_normal((items, D), np.float32), "exact", 0)


def _write_weights(writer: ArtifactWriter, items: int, rng: np.random.Generator) -> None:
    first = rng.integers(items, size=(items, 1))
    writer.array("weights_indptr", np.arange(items + 1, dtype=np.int64) * NEIGHBOURS)
    writer.rows("weights_targets", ((first + np.arange(NEIGHBOURS)) % items).ravel(), items)
    writer.array("weights_values", rng.random(items * NEIGHBOURS, np.float32))


def _write_index(writer: ArtifactWriter, had: Rows, users: int, items: int) -> None:
    by_item = np.argsort(had, kind="stable")
    writer.array("item_indptr", np.append(0, np.cumsum(np.bincount(had, minlength=items))))
    writer.array("item_users", (by_item // EVENTS).astype(np.int32))
    for name, size in (("item_gains", items), ("user_gains", users), ("candidate_gains", items)):
        writer.array(name, np.ones(size, np.float32))
