"""A fitted algorithm becomes a draft artifact: its own arrays, and those that every artifact has."""

import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from training.algorithms.base import Algorithm, settings_of
from training.algorithms.orders import Orders
from training.algorithms.two_stage import TwoStage
from training.interactions import Interactions
from training.recipe import ModelSection, Recipe
from training.scorers import FAMILIES
from training.shared_arrays import trend_of, write_histories, write_shared
from warmstart.artifact_writer import ArtifactWriter
from warmstart.ids import IdMap
from warmstart.manifest import Manifest

MIN_ID_BOUND = 10**9  # the id domain of integer user ids reaches at least this far


def export(
    algorithm: Algorithm,
    interactions: Interactions,
    fallback: tuple[str, Orders],
    folder: Path,
    *,
    model: ModelSection,
    recipe: Recipe,
    dataset: Mapping[str, Any],
    measured: Mapping[str, Any],
) -> Manifest:
    """Write a sealed draft into a folder.

    Args:
        algorithm: fitted on the interactions.
        interactions: what it learnt from.
        fallback: the name and the order of what the unknown get.
        folder: empty, or not there yet.
        model: the name and the settings.
        recipe: where they stand.
        dataset: name and sha256 of the tables.
        measured: the manifest's `metrics` and `measured_on`, once they are known.
    """
    writer = ArtifactWriter(folder)
    write_shared(writer, interactions)
    if algorithm.personal:
        write_histories(writer, interactions, exact=getattr(algorithm, "exact_ages", False))
    if (trend := trend_of(interactions, settings_of(algorithm))) is not None:
        writer.array("trend", trend)
    fallback[1].write(writer)
    algorithm.export(writer)
    return writer.seal(
        model=model.name,
        family=FAMILIES[algorithm.scorer],
        scorer=algorithm.scorer,
        algorithm=model.algorithm,
        git_commit=git_commit(),
        dataset={**dataset, **described(interactions)},
        params=settings_of(algorithm),
        seed=recipe.seed,
        id_bound=id_bound(interactions.user_ids),
        fallback=fallback[0],
        personal=algorithm.personal,
        first_stages=algorithm.sources.versions if isinstance(algorithm, TwoStage) else {},
        **measured,
    )


def id_bound(user_ids: IdMap) -> int | None:
    """Return the largest user id that has an answer; None where ids are strings."""
    largest = user_ids.largest()
    return None if largest is None else max(MIN_ID_BOUND, largest)


def described(interactions: Interactions) -> dict[str, Any]:
    """Return what a manifest says of the interactions: counts, a typical weight, and their time range."""
    times = interactions.timestamps
    return {
        "users": interactions.n_users,
        "items": interactions.n_items,
        "interactions": len(interactions.items),
        "typical_weight": float(np.median(interactions.weights)),
        "time_range": [None, None] if times is None else [iso(times.min()), iso(times.max())],
    }


def iso(timestamp: int | np.int64) -> str:
    """Write UTC epoch seconds as ISO 8601."""
    return datetime.fromtimestamp(int(timestamp), UTC).isoformat()


def git_commit() -> str | None:
    """Return the commit of the user's working directory, with + where it has been changed; None where there is none."""
    command = ["git", "describe", "--always", "--abbrev=40", "--dirty=+", "--exclude=*"]
    try:
        found = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 the user's own git
    except OSError:
        return None
    return found.stdout.strip() or None
