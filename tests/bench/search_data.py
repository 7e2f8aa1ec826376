"""Drafts of ALS on made-up interactions of any number of items, and on MovieLens 1M: made once per size and code."""

import hashlib
import inspect
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from tests.bench.figures import Skipped
from tests.bench.knn_data import Market, fitting
from tests.bench.movielens import NAME, movielens_interactions
from tests.bench.places import BUILD, ROOT
from training import export
from training.algorithms import als, vectors
from training.interactions import Interactions
from training.recipe import ModelSection
from training.scorers import open_recommender
from warmstart import ann, inner_product
from warmstart.artifact import Artifact
from warmstart.ids import Id
from warmstart.inner_product import Vectors
from warmstart.manifest import Manifest
from warmstart.recommender import Recommender

CODE = (Market, ann, inner_product, vectors, als, export)  # that the drafts come from
SEED = 32
SIZES = {20_000: (20_000, 50), 100_000: (50_000, 50), 1_000_000: (300_000, 30)}  # items: users, mean items of one
BATCH = 100_000, 20_000, 50  # users, items, mean
PEOPLE, HISTORY = 1_000, 20  # held out
SETTINGS = {"factors": 64, "alpha": 10.0, "regularization": 10.0, "iterations": 5}
HNSW = {**SETTINGS, "search": "hnsw"}

Histories = Sequence[Sequence[Id]]


class Searched:
    """A draft, opened twice where it has an index: one recommender asks that, one searches exactly."""

    def __init__(self, folder: Path, people: Histories = ()) -> None:
        manifest = Manifest.from_json((folder / "manifest.json").read_bytes())
        self.people = people  # histories of whom training has not seen
        self.hnsw = open_recommender(folder, manifest)
        self.exact = _exactly(open_recommender(folder, manifest))
        items = self.exact.scorer._items  # type: ignore[attr-defined]
        self.sorted_items: Vectors = np.array(items.vectors)  # (n_items, d) longest first
        self.items: Vectors = self.sorted_items[items.places]  # (n_items, d)
        self.users: Vectors = np.array(self.exact.scorer._users)  # type: ignore[attr-defined]  # (n_users, d)
        artifact = Artifact.open(folder, manifest)
        starts = np.array(artifact.array("seen_indptr", np.int64, None))
        rows = artifact.array("seen_rows", (np.int32, np.uint16), None).astype(np.int32)
        shape = len(self.users), len(self.items)
        self.seen = sparse.csr_matrix((np.ones(len(rows), np.float32), rows, starts), shape)


def searched(n_items: int) -> Searched:
    """Return a market of this many items, with the histories of other people of it."""
    folder = _made(f"market-{n_items}", SIZES[n_items], HNSW, lambda: _market(n_items).interactions(*SIZES[n_items]))
    people = _market(n_items, drawing=SEED + 1).people(PEOPLE, HISTORY)
    return Searched(folder, people.tolist())


def movielens() -> Searched | None:
    """Return MovieLens 1M without some of its users, and their histories; None where it is not at hand."""
    try:
        interactions = movielens_interactions()
    except Skipped:
        return None
    out = np.random.default_rng(SEED).permutation(interactions.n_users)[:PEOPLE]
    ids = interactions.item_ids.external(interactions.items)
    people = [ids[interactions.indptr[user] : interactions.indptr[user + 1]] for user in out]
    return Searched(
        _made(NAME, PEOPLE, HNSW, lambda: _without(interactions, ~np.isin(interactions.users, out))), people
    )


def batch() -> Searched:
    """Return a market of many users, without an index."""
    n_users, n_items, mean = BATCH
    return Searched(_made("batch", BATCH, SETTINGS, lambda: _market(n_items).interactions(n_users, mean)))


def _market(n_items: int, drawing: int = SEED) -> Market:
    """Return a market of a size; the same seed of drawing gives the same people."""
    market = Market(n_items, np.random.default_rng(SEED))
    market._rng = np.random.default_rng(drawing)
    return market


def _without(interactions: Interactions, kept: NDArray[np.bool_]) -> Interactions:
    """Return the pairs that are kept; their users keep their rows."""
    times = interactions.timestamps
    return replace(
        interactions,
        users=interactions.users[kept],
        items=interactions.items[kept],
        weights=interactions.weights[kept],
        timestamps=None if times is None else times[kept],
    )


def _exactly(recommender: Recommender) -> Recommender:
    """Return a recommender that does not ask its index."""
    recommender.scorer._items = recommender.scorer._items._replace(ann=None)  # type: ignore[attr-defined]
    return recommender


def _made(name: str, size: object, settings: Mapping[str, Any], interactions: Callable[[], Interactions]) -> Path:
    digest = hashlib.sha256(repr((size, sorted(settings.items()), SEED)).encode())
    for code in CODE:
        digest.update(inspect.getsource(code).encode())
    folder = BUILD / "bench-search" / f"{name}-{digest.hexdigest()[:16]}"
    if not folder.is_dir():
        for old in folder.parent.glob(f"{name}-*"):
            shutil.rmtree(old)
        sys.stderr.write(f"fitting als, {name}; kept in {folder.relative_to(ROOT)} ...\n")
        making = folder.with_suffix(".making")
        fitting(interactions()).seal(ModelSection("als", "als", settings), making)
        making.rename(folder)
    return folder
