"""Random artifacts of any size."""

from pathlib import Path
from typing import Literal

import numpy as np

from training.algorithms.vectors import write_items
from warmstart.artifact_writer import ArtifactWriter
from warmstart.ids import IntegerIds, StringIds
from warmstart.manifest import Manifest

FACTORS = 64


def random_artifact(
    folder: Path, *, users: int, items: int, events: int, ids: Literal["integer", "string"] = "integer"
) -> Manifest:
    """Write a sealed factorization artifact: each user has `events` different items."""
    rng = np.random.default_rng(32)
    writer = ArtifactWriter(folder)
    _ids(users, ids).write(writer, "user_ids")
    _ids(items, ids).write(writer, "item_ids")
    writer.array("seen_indptr", np.arange(users + 1, dtype=np.int64) * events)
    first, step = rng.integers(items, size=(users, 1)), items // events
    writer.array("seen_rows", ((first + step * np.arange(events)) % items).astype(np.int32).ravel())
    writer.array("popularity", rng.integers(1, 1000, items, dtype=np.int32))
    writer.array("fallback", rng.permutation(items).astype(np.int32))
    _write_vectors(writer, rng, users, items)
    return _seal(writer, users)


def _ids(count: int, kind: Literal["integer", "string"]) -> IntegerIds | StringIds:
    return IntegerIds.build(range(count)) if kind == "integer" else StringIds.build(f"id-{n:08}" for n in range(count))


def _write_vectors(writer: ArtifactWriter, rng: np.random.Generator, users: int, items: int) -> None:
    vectors = rng.standard_normal((items, FACTORS), np.float32)
    writer.array("user_vectors", rng.standard_normal((users, FACTORS), np.float32))
    write_items(writer, vectors, "exact", 0)
    writer.array("gram", vectors.T @ vectors + np.eye(FACTORS, dtype=np.float32))


def _seal(writer: ArtifactWriter, users: int) -> Manifest:
    return writer.seal(
        model="als",
        family="factorization",
        scorer="factorization",
        algorithm="als",
        git_commit=None,
        dataset={"name": "random", "users": users},
        params={"alpha": 40.0},
        seed=32,
        id_bound=10**9,
        fallback="popular",
    )
