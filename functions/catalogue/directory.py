"""Which models are served: read from the store, kept for a while."""

import time

from warmstart.errors import AccessDenied, ArtifactError, RegistryError, StoreUnavailable
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
        self._manifests: dict[str, Manifest] = {}
        self._read_at = float("-inf")

    def manifests(self) -> list[Manifest]:
        """Return one manifest per model that has a served version; the last good one where the store is away."""
        if time.monotonic() - self._read_at > self._settings.refresh_seconds:
            self._read_at = time.monotonic()
            for model in self._settings.models:
                try:
                    self._read(model)
                except StoreUnavailable as error:  # the next model would wait as long for nothing
                    log("ERROR", "the catalogue is not up to date", error=type(error).__name__, detail=str(error))
                    break
        return [*self._manifests.values()]

    def _read(self, model: str) -> None:
        try:
            alias = read_alias(self._store, model, self._settings.alias)
            if alias is None:
                self._manifests.pop(model, None)
            else:
                self._manifests[model] = read_manifest(self._store, model, alias.version)[0]
        except AccessDenied:  # or absent: a model that was never there is no news, one that was stays
            return
        except (ArtifactError, RegistryError) as error:
            log("ERROR", "a model's card is not up to date", model=model, error=type(error).__name__, detail=str(error))
