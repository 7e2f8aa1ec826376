"""The models of a first stage as the ranker's scorer reads them: fitted here, or copied from a published version."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from functions.ranker.first_stages import FILE, prefix_of
from training.algorithms.base import Algorithm, settings_of
from training.interactions import Interactions
from training.shared_arrays import trend_of
from warmstart.ann import FILE as INDEX
from warmstart.artifact import Artifact
from warmstart.artifact_writer import ArtifactWriter
from warmstart.errors import DataError
from warmstart.fallback import SEGMENTS_FILE
from warmstart.manifest import ARRAYS

Stage = Algorithm | Artifact  # fitted on the same interactions, or published
SAME = ("item_ids", "user_ids", "seen_indptr", "seen_rows", "seen_weights")  # what was learnt from


def write_stages(
    writer: ArtifactWriter, stages: Mapping[str, Stage], algorithms: Mapping[str, str], interactions: Interactions
) -> None:
    """Add every model under a prefix of its own, and what they are.

    Args:
        writer: holds what every artifact has already, and that is not added again.
        stages: by model.
        algorithms: their names, by model.
        interactions: what they have learnt from.
    """
    shared, described = writer.names, []
    for number, (name, stage) in enumerate(stages.items()):
        part = writer.part(prefix_of(number))
        if isinstance(stage, Artifact):
            _refuse_others(stage, writer)
            params, scorer = _copied(part, stage, shared), stage.manifest.scorer
        else:
            params, scorer = _exported(part, stage, interactions), stage.scorer
        described.append({"model": name, "scorer": scorer, "algorithm": algorithms[name], "params": params})
    writer.json(FILE, described)


def _exported(part: ArtifactWriter, fitted: Algorithm, interactions: Interactions) -> dict[str, Any]:
    fitted.export(part)
    settings = settings_of(fitted)
    if (trend := trend_of(interactions, settings)) is not None:
        part.array("trend", trend)
    return settings


def _refuse_others(version: Artifact, writer: ArtifactWriter) -> None:
    """Raise DataError where the rows of a version are not those of the draft."""
    for name in sorted(name for name in version.names if name.startswith(SAME)):
        own = writer.added(name)
        if own is None or not np.array_equal(version.any_array(name), own):
            of = version.manifest
            raise DataError(f"{of.model} {of.version} has learnt from other interactions: train it again")


def _copied(part: ArtifactWriter, version: Artifact, shared: frozenset[str]) -> dict[str, Any]:
    for name in version.names - shared:
        part.array(name, version.any_array(name))
    for file in version.manifest.files.keys() - {ARRAYS, SEGMENTS_FILE, INDEX}:
        part.json(file, version.json(file))
    return dict(version.manifest.params)
