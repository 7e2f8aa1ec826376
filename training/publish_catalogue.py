"""What `warmstart train` publishes beside the models: the catalogue of their tables."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from training.catalogue import CatalogueDraft, same
from training.selfcheck import check_in_fresh_process
from warmstart.errors import ArtifactError, RegistryError, StoreError
from warmstart.manifest import CATALOGUE, Manifest
from warmstart.publish import publish
from warmstart.registry import promote as promote_version
from warmstart.registry import read_alias, read_manifest
from warmstart.store import Store


def publish_catalogue(draft: CatalogueDraft, store: Store, promote: bool, say: Callable[[str], None]) -> dict[str, Any]:
    """Publish the catalogue, unless the served one holds the same; return its version and state.

    A failure is told rather than raised: what was trained before it has been published, and is still to be told.
    """
    version = None  # once it is published
    with tempfile.TemporaryDirectory(prefix="warmstart-catalogue-") as folder:
        try:
            manifest, served = draft.seal(Path(folder)), _served(store)
            if served is not None and same(served, manifest):
                say(f"{CATALOGUE}: {served.version} holds the same, and stays")
                return _value(served.version, "unchanged")
            say(f"{CATALOGUE}: publishing {manifest.version}")
            publish(store, Path(folder), check_in_fresh_process)
            version = manifest.version
            if promote:
                promote_version(store, CATALOGUE, version, reason="trained")
        except (ArtifactError, RegistryError, StoreError, MemoryError) as error:
            what = "promoted" if version else "published"
            return _value(version, "failed", f"{CATALOGUE} was not {what}: {error or 'not enough memory'}")
    return _value(version, "served" if promote else "published")


def _value(version: str | None, state: str, failure: str | None = None) -> dict[str, Any]:
    return {"version": version, "state": state, "failure": failure}


def _served(store: Store) -> Manifest | None:
    """Return the manifest of the catalogue that is served; None where there is none that can be read."""
    try:
        alias = read_alias(store, CATALOGUE)
        return None if alias is None else read_manifest(store, CATALOGUE, alias.version)[0]
    except (ArtifactError, RegistryError):
        return None
