"""What a version has learnt is carried over into another, with the trend or the fallback of other interactions."""

from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

from training.algorithms.orders import Orders
from training.interactions import Interactions
from training.ranking.renewal import renewed
from training.shared_arrays import trend_of
from warmstart.artifact import Artifact
from warmstart.artifact_writer import ArtifactWriter
from warmstart.fallback import SEGMENTS_FILE
from warmstart.ids import load_ids, rows_among
from warmstart.manifest import ARRAYS, Manifest

TREND = ("trend",)
FALLBACK = ("fallback", "segments", "user_segment", SEGMENTS_FILE)
SEALED = ("version", "created_at", "files", "memory_bytes", "format")  # fields that a manifest gets when it is sealed
OWN = ("first_stages", "trained_on")  # it is made of the version that is carried over, and by no job


def carried_over(
    version: Artifact,
    interactions: Interactions,
    folder: Path,
    *,
    fallback: tuple[str, Orders] | None = None,
    **changed: Any,
) -> Manifest:
    """Seal a version anew: what it has learnt, with the trend, and perhaps the fallback, of other interactions.

    Args:
        version: what is carried over.
        interactions: their items are the version's, row by row; their users need not be.
        folder: where to write; empty, or not there yet.
        fallback: its name and its order, of the same interactions; None carries over the version's.
        changed: fields of the manifest that are not the version's; half-life and power of the trend are in `params`.
    """
    described = described_by(version.manifest) | changed
    writer = ArtifactWriter(folder)
    now = renewed(version, interactions)
    replaced = {*TREND, *now, *(() if fallback is None else FALLBACK)}
    carry(version, writer, lambda name: name not in replaced)
    if (trend := trend_of(interactions, described["params"])) is not None:
        writer.array("trend", trend)
    for name, values in now.items():
        writer.array(name, values)
    if fallback is not None:
        described["fallback"], orders = fallback
        orders.of_users(rows_among(interactions.user_ids, load_ids(version, "user_ids"))).write(writer)
    return writer.seal(**described)


def described_by(manifest: Manifest) -> dict[str, Any]:
    """Return the fields of a manifest, but for those that it gets when it is sealed, and those that are its own."""
    return {field.name: getattr(manifest, field.name) for field in fields(manifest) if field.name not in SEALED + OWN}


def carry(version: Artifact, writer: ArtifactWriter, wanted: Callable[[str], bool]) -> None:
    """Copy those arrays and files of a version whose names are wanted."""
    for name in filter(wanted, version.names):
        writer.array(name, version.any_array(name))
    for name in filter(wanted, version.manifest.files):
        if name != ARRAYS:
            writer.file(version.folder / name)
