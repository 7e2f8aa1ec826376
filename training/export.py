"""A fitted algorithm becomes a draft artifact: its own arrays, and those that every artifact has."""

import subprocess
from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from training.algorithms.base import Algorithm
from training.algorithms.orders import Orders
from training.interactions import Interactions
from training.recipe import ModelSection, Recipe
from training.scorers import FAMILIES
from warmstart.artifact_writer import ArtifactWriter
from warmstart.manifest import Manifest
from warmstart.scorer import Scores
from warmstart.texts import Texts
from warmstart.trend import demand_prior

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
    _write_shared(writer, interactions)
    if algorithm.personal:
        _write_histories(writer, interactions, exact=getattr(algorithm, "history_half_life", 0.0) > 0)
    if (trend := trend_of(interactions, settings_of(algorithm))) is not None:
        writer.array("trend", trend)
    fallback[1].write(writer)
    algorithm.export(writer)
    largest = interactions.user_ids.largest()
    return writer.seal(
        model=model.name,
        family=FAMILIES[algorithm.scorer],
        scorer=algorithm.scorer,
        algorithm=model.algorithm,
        git_commit=_git_commit(),
        dataset={**dataset, **_described(interactions)},
        params=settings_of(algorithm),
        seed=recipe.seed,
        id_bound=None if largest is None else max(MIN_ID_BOUND, largest),
        fallback=fallback[0],
        personal=algorithm.personal,
        **measured,
    )


def settings_of(algorithm: Any) -> dict[str, Any]:
    """Return the settings of an algorithm, without what it learnt."""
    return {field.name: getattr(algorithm, field.name) for field in fields(algorithm) if field.init}


def trend_of(interactions: Interactions, params: Mapping[str, Any]) -> Scores | None:
    """Return the prior (n_items,) that settings make of interactions; None where it is off or times tell nothing."""
    power = params.get("trend_power", 0.0)
    if not power or interactions.timeless is not None:
        return None
    return demand_prior(interactions.trend(params["trend_half_life"]), power)


def _write_shared(writer: ArtifactWriter, interactions: Interactions) -> None:
    interactions.item_ids.write(writer, "item_ids")
    interactions.user_ids.write(writer, "user_ids")
    writer.array("seen_indptr", interactions.indptr)
    writer.rows("seen_rows", interactions.items, interactions.n_items)
    writer.array("popularity", interactions.popularity)
    for name, texts in (("item_titles", interactions.titles), ("item_genres", interactions.genres)):
        if texts is not None:
            Texts.build([text.encode() for text in texts]).write(writer, name)


def _write_histories(writer: ArtifactWriter, interactions: Interactions, *, exact: bool) -> None:
    """Add what personal models read beside the rows: weights where they differ; ages, in half the bytes if inexact."""
    if (interactions.weights != 1).any():
        with np.errstate(over="ignore"):  # then float16 is not enough
            halved = interactions.weights.astype(np.float16)
        writer.array("seen_weights", halved if (halved == interactions.weights).all() else interactions.weights)
    if interactions.ages is not None:
        writer.array("seen_ages", interactions.ages if exact else interactions.ages.astype(np.float16))


def _described(interactions: Interactions) -> dict[str, Any]:
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


def _git_commit() -> str | None:
    """Return the commit of the user's working directory, with + where it has been changed; None where there is none."""
    command = ["git", "describe", "--always", "--abbrev=40", "--dirty=+", "--exclude=*"]
    try:
        found = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 the user's own git
    except OSError:
        return None
    return found.stdout.strip() or None
