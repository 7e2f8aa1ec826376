"""Which models are served: read from the store, kept for a while."""

import time

from warmstart.errors import AccessDenied, ArtifactError, KeyMissing, RegistryError, StoreError
from warmstart.manifest import Manifest
from warmstart.registry import read_alias, read_manifest
from warmstart.settings import Settings
from warmstart.store import Store
from warmstart.telemetry import log


class Directory:
    """The manifests that the aliases of all models name."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._settings = settings
        self._manifests: list[Manifest] = []
        self._read_at = float("-inf")

    def manifests(self) -> list[Manifest]:
        """Return one manifest per model that has a served version."""
        if time.monotonic() - self._read_at > self._settings.refresh_seconds:
            found = (self._manifest(model) for model in self._settings.models)
            self._manifests = [manifest for manifest in found if manifest]
            self._read_at = time.monotonic()
        return self._manifests

    def _manifest(self, model: str) -> Manifest | None:
        try:
            alias = read_alias(self._store, model, self._settings.alias)
            return read_manifest(self._store, model, alias.version)[0] if alias else None
        except (KeyMissing, AccessDenied):
            return None
        except (ArtifactError, RegistryError, StoreError) as error:
            log("ERROR", "model left out of the catalogue", model=model, error=type(error).__name__, detail=str(error))
            return None
