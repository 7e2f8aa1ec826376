"""What `warmstart train` publishes beside the models: the catalogue of their tables."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from training.cli.console import Console

if TYPE_CHECKING:
    from training.catalogue import CatalogueDraft
    from warmstart.manifest import Manifest
    from warmstart.store import Store


def publish_catalogue(draft: "CatalogueDraft", store: "Store", promote: bool, console: Console) -> dict[str, Any]:
    """Publish the catalogue, unless the served one was made of the same tables; return its version and state."""
    from training.selfcheck import check_in_fresh_process
    from warmstart.errors import ArtifactError, RegistryError
    from warmstart.manifest import CATALOGUE
    from warmstart.publish import publish
    from warmstart.registry import promote as promote_version

    served = _served(store)
    if served is not None and draft.is_in(served):
        console.progress(f"{CATALOGUE}: {served.version} was made of the same tables, and stays")
        return _value(served.version, "unchanged")
    with tempfile.TemporaryDirectory(prefix="warmstart-catalogue-") as folder:
        try:
            manifest = draft.seal(Path(folder))
            console.progress(f"{CATALOGUE}: publishing {manifest.version}")
            publish(store, Path(folder), check_in_fresh_process)
            if promote:
                promote_version(store, CATALOGUE, manifest.version, reason="trained")
        except (ArtifactError, RegistryError, MemoryError) as error:
            return _value(None, "failed", f"{CATALOGUE} was not published: {error or 'not enough memory'}")
    return _value(manifest.version, "served" if promote else "published")


def _value(version: str | None, state: str, failure: str | None = None) -> dict[str, Any]:
    return {"version": version, "state": state, "failure": failure}


def _served(store: "Store") -> "Manifest | None":
    """Return the manifest of the catalogue that is served; None where there is none that can be read."""
    from warmstart.errors import ArtifactError, RegistryError
    from warmstart.manifest import CATALOGUE
    from warmstart.registry import read_alias, read_manifest

    try:
        alias = read_alias(store, CATALOGUE)
        return None if alias is None else read_manifest(store, CATALOGUE, alias.version)[0]
    except (ArtifactError, RegistryError):
        return None
