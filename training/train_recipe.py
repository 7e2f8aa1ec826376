"""The main job as a whole, wherever it runs: read the tables, train each model, publish it, perhaps promote it."""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from training import stopping
from training.cut import Cut, TablesCut
from training.data.tables import OnBadRow
from training.data.told import read_told
from training.made import Made
from training.outcome import Outcome
from training.publish_catalogue import publish_catalogue
from training.published import first_stages
from training.publishing import promote_if_passed, publish_with_card
from training.recipe import ModelSection, Recipe
from training.train import Training
from training.voice import Voice
from warmstart.errors import ArtifactError, DataError, RegistryError, StoreError
from warmstart.store import Store


@dataclass(frozen=True, kw_only=True)
class Job:
    """What is trained, and how."""

    recipe: Recipe
    models: Sequence[ModelSection]  # of the recipe
    on_bad_row: OnBadRow = "refuse"
    promote: bool = False  # what passes the gate
    checkpoints: Path | None = None  # where networks keep what they have learnt, to go on after they were killed
    made: Path | None = None  # where it is kept which models are published, to go on after them
    trained_on: Mapping[str, str] = field(default_factory=dict)  # for the manifest; empty on this machine


def train_recipe(job: Job, store: Store, voice: Voice) -> Outcome:
    """Train the models of a recipe one after the other; one that cannot be trained or published is told of.

    Raises:
        DataError: the tables cannot be used.
        Stopped: the process was asked to stop, between two models or in one that keeps checkpoints.
    """
    voice.progress(f"reading {job.recipe.data.described}")
    return train_cut(job, _read(job, voice), store, voice)


def train_cut(job: Job, cut: Cut, store: Store, voice: Voice) -> Outcome:
    """Do the same with data that are cut already."""
    training = Training(job.recipe, cut, voice.progress, job.checkpoints, job.trained_on)
    made = Made(job.made, store)
    in_order = sorted(job.models, key=lambda model: bool(model.stages))  # what a model is made of comes before it
    trained = [_train_or_go_on(training, model, store, job, made, voice) for model in in_order]
    stopping.here()
    outcome = Outcome(trained, publish_catalogue(training.catalogue, store, job.promote, voice.progress))
    if not outcome.failures:
        made.clear()
    return outcome


def _read(job: Job, voice: Voice) -> Cut:
    """Read the tables; they are gone from memory when this returns, but for what is learnt from."""
    return TablesCut(job.recipe, read_told(job.recipe.data, job.on_bad_row, voice))


def _train_or_go_on(
    training: Training, model: ModelSection, store: Store, job: Job, made: Made, voice: Voice
) -> dict[str, Any]:
    stopping.here()
    if (told := made.get(model.name)) is not None:
        voice.progress(f"{model.name}: {told['version']} is {told['state']} already")
        return told
    told = _train_one(training, model, store, job.promote, voice)
    if not told["failure"]:
        made.add(model.name, told)
    return told


def _train_one(training: Training, model: ModelSection, store: Store, promote: bool, voice: Voice) -> dict[str, Any]:
    with (
        tempfile.TemporaryDirectory(prefix="warmstart-sealed-") as folder,
        tempfile.TemporaryDirectory(prefix="warmstart-stages-") as cache,
    ):
        version = None  # once it is published
        try:
            published = first_stages(store, model, training.sha256, Path(cache))
            manifest = training.train(model, Path(folder), published)
            voice.progress(f"{model.name}: publishing {manifest.version}")
            publish_with_card(store, Path(folder), manifest)
            version = manifest.version
            state, refusal = promote_if_passed(store, manifest, wanted=promote, reason="trained")
        except (DataError, ArtifactError, RegistryError, StoreError, MemoryError) as error:
            return _failed(training, model, version, error)
    return {
        "model": model.name,
        "version": manifest.version,
        "metrics": dict(manifest.metrics),
        "fit_seconds": round(training.fit_seconds[model.name], 3),
        "state": state,
        "failure": None,
        "refusal": refusal,
    }


def _failed(training: Training, model: ModelSection, version: str | None, error: Exception) -> dict[str, Any]:
    what = "promoted" if version else "published" if isinstance(error, StoreError) else "trained"
    return {
        "model": model.name,
        "version": version,
        "metrics": {},
        "fit_seconds": round(training.fit_seconds[model.name], 3),
        "state": "failed",
        "failure": f"{model.name} was not {what}: {error or 'not enough memory'}",
        "refusal": None,
    }
