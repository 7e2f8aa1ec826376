"""How a sealed draft is published, and promoted if the gate passes it."""

from pathlib import Path

from training.evaluation import gate
from training.report.card import put_card
from training.selfcheck import check_in_fresh_process
from warmstart.errors import GateRefused
from warmstart.manifest import Manifest
from warmstart.publish import publish
from warmstart.registry import promote
from warmstart.store import Store


def publish_with_card(store: Store, folder: Path, manifest: Manifest) -> None:
    """Publish a draft with its card, tried in a fresh process.

    Raises:
        ArtifactError: it cannot be served, or the store has something else in its place.
    """
    put_card(store, manifest)  # first: a committed version has its card
    publish(store, folder, check_in_fresh_process)


def promote_if_passed(store: Store, manifest: Manifest, *, reason: str) -> str | None:
    """Promote a version that the gate passes; return why it does not."""
    try:
        gate.check(manifest)
    except GateRefused as error:
        return str(error)
    promote(store, manifest.model, manifest.version, reason=reason)
    return None
