"""What a version has learnt is carried over into another, with the trend or the fallback of other interactions."""

from collections.abc import Container
from dataclasses import fields
from pathlib import Path
from typing import Any

from training.algorithms.orders import Orders
from training.interactions import Interactions
from training.shared_arrays import trend_of
from warmstart.artifact import ARRAYS, Artifact
from warmstart.artifact_writer import ArtifactWriter
from warmstart.fallback import SEGMENTS_FILE
from warmstart.ids import load_ids, rows_among
from warmstart.manifest import Manifest

TREND = ("trend",)
FALLBACK = ("fallback", "segments", "user_segment", SEGMENTS_FILE)
SEALED = ("version", "created_at", "files", "memory_bytes", "format")  # fields that a manifest gets when it is sealed


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
    manifest = version.manifest
    described = {field.name: getattr(manifest, field.name) for field in fields(manifest)} | changed
    writer = ArtifactWriter(folder)
    _carry(version, writer, without=TREND if fallback is None else TREND + FALLBACK)
    if (trend := trend_of(interactions, described["params"])) is not None:
        writer.array("trend", trend)
    if fallback is not None:
        described["fallback"], orders = fallback
        orders.of_users(rows_among(interactions.user_ids, load_ids(version, "user_ids"))).write(writer)
    return writer.seal(**{name: value for name, value in described.items() if name not in SEALED})


def _carry(version: Artifact, writer: ArtifactWriter, without: Container[str]) -> None:
    """Copy what a version has, but for some arrays and files."""
    for name in version.names:
        if name not in without:
            writer.array(name, version.any_array(name))
    for name in version.manifest.files:
        if name != ARRAYS and name not in without:
            writer.file(version.folder / name)
