"""How a sealed draft is published, and promoted if the gate passes it."""

from pathlib import Path

from training.evaluation import gate
from training.report.card import put_card
from training.selfcheck import check_in_fresh_process
from warmstart.errors import ArtifactError, Conflict, GateRefused, VersionMissing
from warmstart.manifest import Manifest, last_event_of
from warmstart.publish import publish
from warmstart.registry import promote, promote_over, read_alias, read_manifest
from warmstart.store import Store

TRIES = 5  # where others promote versions of the same model at the same time


def publish_with_card(store: Store, folder: Path, manifest: Manifest) -> None:
    """Publish a draft with its card, tried in a fresh process.

    Raises:
        ArtifactError: it cannot be served, or the store has something else in its place.
    """
    put_card(store, manifest)  # first: a committed version has its card
    publish(store, folder, check_in_fresh_process)


def promote_if_passed(store: Store, manifest: Manifest, *, wanted: bool, reason: str) -> tuple[str, str | None]:
    """Promote a published version, if that is wanted and the gate passes it; return its state, and why it is refused.

    States are `published`, `served` and `refused`.
    """
    if not wanted:
        return "published", None
    try:
        gate.check(manifest)
    except GateRefused as error:
        return "refused", str(error)
    promote(store, manifest.model, manifest.version, reason=reason)
    return "served", None


def promote_unless_overtaken(store: Store, manifest: Manifest, *, reason: str) -> str | None:
    """Promote a version, unless the one that is served has learnt something newer; return why it is not promoted.

    What a version has learnt ends with the last event of its training, whenever its trend was refreshed; of two that
    end alike, or whose times are not known, the later one is the newer.

    Raises:
        Conflict: others move the alias all the time.
    """
    for left in reversed(range(TRIES)):
        seen = read_alias(store, manifest.model)
        served = None if seen is None else _manifest(store, manifest.model, seen.version)
        if served is not None and _is_newer(served, manifest):
            return (
                f"{manifest.model} {manifest.version} is not promoted: {served.version} is served, and has learnt what "
                f"is newer; warmstart promote {manifest.model} {manifest.version} serves it all the same"
            )
        try:
            promote_over(store, manifest.model, manifest.version, seen, reason=reason)
        except Conflict:
            if not left:
                raise
            continue
        break
    return None


def _manifest(store: Store, model: str, version: str) -> Manifest | None:
    """Return a manifest; None where there is none that can be read."""
    try:
        return read_manifest(store, model, version)[0]
    except (VersionMissing, ArtifactError):
        return None


def _is_newer(one: Manifest, other: Manifest) -> bool:
    ends = last_event_of(one.dataset), last_event_of(other.dataset)
    if None in ends or ends[0] == ends[1]:
        return one.version > other.version
    return (ends[0] or 0.0) > (ends[1] or 0.0)
