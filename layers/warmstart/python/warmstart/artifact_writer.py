"""A version in the making: collects arrays and files, then seals them under a manifest."""

import hashlib
import shutil
from collections.abc import Mapping
from copy import copy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from warmstart.manifest import ARRAYS, FileEntry, Manifest, canonical_json, version_name


class ArtifactWriter:
    """Writes one draft into an empty folder."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise FileExistsError(f"{folder} is not empty: what lies there would be sealed too")
        self.folder = folder
        self._arrays: dict[str, NDArray[Any]] = {}
        self._prefix = ""  # of the names of arrays and files

    def array(self, name: str, values: NDArray[Any]) -> None:
        """Add an array; names are those of the table in the artifact's specification."""
        self._arrays[f"{self._prefix}{name}"] = np.ascontiguousarray(values)

    @property
    def names(self) -> frozenset[str]:
        """Return the names of the arrays so far, prefixes included."""
        return frozenset(self._arrays)

    def added(self, name: str) -> NDArray[Any] | None:
        """Return an array that was added, by its whole name; None where there is none."""
        return self._arrays.get(name)

    def rows(self, name: str, rows: NDArray[Any], n_rows: int) -> None:
        """Add numbers of rows out of n_rows, in half the bytes where these are enough."""
        self.array(name, rows.astype(np.uint16 if n_rows <= 2**16 else np.int32, copy=False))

    def json(self, name: str, value: Any) -> None:
        """Add a small JSON file."""
        (self.folder / f"{self._prefix}{name}").write_bytes(canonical_json(value))

    def part(self, prefix: str) -> Self:
        """Return a writer into the same draft that puts a prefix to the names of its arrays and files."""
        inner = copy(self)
        inner._prefix = f"{self._prefix}{prefix}"
        return inner

    def file(self, path: Path) -> None:
        """Add a copy of a file, under its own name."""
        shutil.copyfile(path, self.folder / f"{self._prefix}{path.name}")

    def seal(self, **described: Any) -> Manifest:
        """Write the arrays and the manifest; version and time are fixed here.

        Args:
            described: the manifest's other fields.

        Returns:
            The manifest, which also lies in the folder: a rerun of publish finishes the same version.
        """
        from safetensors.numpy import save_file  # noqa: PLC0415 only training writes

        save_file(self._arrays, self.folder / ARRAYS)
        files = {path.name: _entry(path) for path in sorted(self.folder.iterdir()) if path.name != "manifest.json"}
        created_at = datetime.now(UTC).isoformat(timespec="seconds")
        manifest = Manifest(
            version=version_name(created_at, files),
            created_at=created_at,
            files=files,
            memory_bytes=sum(values.nbytes for values in self._arrays.values()),
            **described,
        )
        (self.folder / "manifest.json").write_bytes(manifest.to_json())
        return manifest


def draft_hash(files: Mapping[str, FileEntry]) -> str:
    """Return one SHA-256 for the content of a draft."""
    return hashlib.sha256(canonical_json({name: entry.sha256 for name, entry in files.items()})).hexdigest()


def _entry(path: Path) -> FileEntry:
    with path.open("rb") as file:
        return FileEntry(path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest())
