"""The versions in a store that a model over others is made of."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from training.recipe import ModelSection
from warmstart.artifact import Artifact
from warmstart.errors import ArtifactError, DataError
from warmstart.manifest import Manifest
from warmstart.pull import pull
from warmstart.registry import read_manifest, versions
from warmstart.store import Store


def first_stages(store: Store, model: ModelSection, sha256: str, cache: Path) -> Mapping[str, Artifact]:
    """Fetch the newest version of each first stage that has learnt from the same tables.

    Args:
        store: where they are.
        model: whose first stages.
        sha256: of the tables.
        cache: where their files go.

    Raises:
        DataError: there is none of one of them.
    """
    found = {}
    for stage in model.stages:
        manifest = _newest(store, stage, sha256)
        if manifest is None:
            raise DataError(
                f"{model.name} is made of published models, and the store has no {stage.name} that was trained on "
                f"these tables (it may have been swept): train {stage.name} first, or together with it"
            )
        found[stage.name] = Artifact.open(pull(store, manifest, cache), manifest)
    return found


def as_published(model: ModelSection, published: Mapping[str, Artifact]) -> ModelSection:
    """Return a model over others with the settings that these were published with."""
    return replace(model, stages=tuple(_as_published(stage, published) for stage in model.stages))


def _as_published(stage: ModelSection, published: Mapping[str, Artifact]) -> ModelSection:
    if stage.name not in published:
        return stage
    return replace(stage, params=published[stage.name].manifest.params)


def _newest(store: Store, model: ModelSection, sha256: str) -> Manifest | None:
    """Return the newest version of these tables; one whose trend was refreshed has seen others."""
    for version in reversed(versions(store, model.name)):
        try:
            manifest, _ = read_manifest(store, model.name, version)
        except ArtifactError:  # a version that cannot be read is not what is looked for
            continue
        same = manifest.dataset.get("sha256") == sha256 and manifest.algorithm == model.algorithm
        if same and "trend" not in manifest.dataset:
            return manifest
    return None
