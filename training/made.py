"""What a training of several models has published, so that one that was stopped goes on after it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from training.data.whole import write_whole
from warmstart.errors import ArtifactError, RegistryError
from warmstart.registry import read_manifest
from warmstart.store import Store

SUFFIX = ".made"


class Made:
    """A file per model in a folder; without a folder nothing is kept."""

    def __init__(self, folder: Path | None, store: Store) -> None:
        self._folder = folder
        self._store = store

    def get(self, model: str) -> dict[str, Any] | None:
        """Return what was told of a model; None where it is still to be made, or its version is gone."""
        if self._folder is None:
            return None
        try:
            told: dict[str, Any] = json.loads(self._path(self._folder, model).read_bytes())
            read_manifest(self._store, model, told["version"])
        except (OSError, ValueError, TypeError, KeyError, RecursionError, ArtifactError, RegistryError):
            return None
        return told if told.keys() >= {"metrics", "state", "failure", "refusal"} else None

    def add(self, model: str, told: Mapping[str, Any]) -> None:
        """Keep what is told of a published model."""
        if self._folder is not None:
            self._folder.mkdir(parents=True, exist_ok=True)
            write_whole(self._path(self._folder, model), json.dumps(told, default=str))

    def clear(self) -> None:
        """Forget all: the next training begins anew.

        Files are emptied, not removed: a copy of the folder that is kept elsewhere may go on holding what is removed.
        """
        for path in self._folder.glob(f"*{SUFFIX}") if self._folder else ():
            write_whole(path, "")

    @staticmethod
    def _path(folder: Path, model: str) -> Path:
        return folder / f"{model}{SUFFIX}"
