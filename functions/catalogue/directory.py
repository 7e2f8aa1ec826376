"""Which models are served: read from the store, kept for a while."""

import time

from functions.catalogue.card import card_of
from functions.catalogue.card_schemas import ModelCard
from warmstart.errors import AccessDenied, ArtifactError, RegistryError, StoreUnavailable
from warmstart.registry import read_alias, read_manifest
from warmstart.settings import Settings
from warmstart.store import Store
from warmstart.telemetry import log


class Directory:
    """The cards of the versions that the aliases of all models name."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._settings = settings
        self._cards: dict[str, ModelCard] = {}
        self._read_at = float("-inf")

    def cards(self) -> list[ModelCard]:
        """Return one card per model that has a served version; the last good one where the store is away."""
        if time.monotonic() - self._read_at > self._settings.refresh_seconds:
            self._read_at = time.monotonic()
            for model in self._settings.models:
                try:
                    self._read(model)
                except StoreUnavailable as error:  # the next model would wait as long for nothing
                    log("ERROR", "the catalogue is not up to date", error=type(error).__name__, detail=str(error))
                    break
        return [*self._cards.values()]

    def _read(self, model: str) -> None:
        try:
            name = self._settings.alias
            alias = read_alias(self._store, model, name)
            if alias is None:
                self._cards.pop(model, None)
            else:
                manifest, _ = read_manifest(self._store, model, alias.version)
                self._cards[model] = card_of(manifest, alias, name)
        except AccessDenied:  # or absent: a model that was never there is no news, one that was stays
            return
        except (ArtifactError, RegistryError) as error:
            log("ERROR", "a model's card is not up to date", model=model, error=type(error).__name__, detail=str(error))
