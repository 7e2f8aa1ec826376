"""A version on disk, opened: named arrays, memory-mapped, and small JSON files."""

import json
import mmap
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from warmstart.errors import Incompatible
from warmstart.manifest import ARRAYS, Manifest
from warmstart.tensors import Tensor, header_bytes, parse_header

V = TypeVar("V")


class Artifact:
    """The verified files of one version. Opening reads a header, so its time does not grow with the arrays."""

    def __init__(
        self, folder: Path, manifest: Manifest, tensors: dict[str, Tensor], mapped: mmap.mmap, prefix: str = ""
    ) -> None:
        self.folder = folder
        self.manifest = manifest
        self._tensors = tensors
        self._mapped = mapped
        self._prefix = prefix  # of the names of files, where this is a part of another one

    @classmethod
    def open(cls, folder: Path, manifest: Manifest) -> "Artifact":
        """Map the arrays of a version whose files lie verified in `folder`.

        Raises:
            Incompatible: there is no such file, or it is no safetensors file.
        """
        try:
            with (folder / ARRAYS).open("rb") as file:
                prefix = file.read(8)
                header = prefix + file.read(header_bytes(prefix) - 8)
                mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except (OSError, ValueError) as error:
            raise Incompatible(f"{ARRAYS} cannot be opened: {type(error).__name__}") from None
        return cls(folder, manifest, parse_header(header, len(mapped)), mapped)

    def __contains__(self, name: str) -> bool:
        return name in self._tensors

    def part(self, prefix: str, **described: Any) -> "Artifact":
        """Return an artifact that lies within this one, as `ArtifactWriter.part` adds it.

        Args:
            prefix: of the names of its arrays and files; arrays that it lacks are shared, files are not.
            described: fields of its manifest that are not this one's.
        """
        manifest = replace(self.manifest, files=_under(prefix, self.manifest.files), **described)
        tensors = {**self._tensors, **_under(prefix, self._tensors)}
        return Artifact(self.folder, manifest, tensors, self._mapped, self._prefix + prefix)

    @property
    def names(self) -> frozenset[str]:
        """Return the names of all arrays."""
        return frozenset(self._tensors)

    def any_array(self, name: str) -> NDArray[Any]:
        """Return a read-only view of an array that is there, whatever it holds."""
        tensor = self._tensors[name]
        return self.array(name, tensor.dtype.type, *tensor.shape)

    def array(self, name: str, dtypes: type | tuple[type, ...], *shape: int | None) -> NDArray[Any]:
        """Return a read-only view of one array.

        Args:
            name: the array.
            dtypes: what it must hold, or any of what it may hold.
            shape: what it must measure; None where any size will do.

        Raises:
            Incompatible: there is none, or of another type or shape.
        """
        tensor = self._tensors.get(name)
        if tensor is None:
            raise Incompatible(f"array {name} is missing")
        allowed: list[np.dtype[Any]] = [
            np.dtype(dtype) for dtype in (dtypes if isinstance(dtypes, tuple) else (dtypes,))
        ]
        fits = len(shape) == len(tensor.shape) and all(n in (None, m) for n, m in zip(shape, tensor.shape, strict=True))
        if tensor.dtype not in allowed or not fits:
            raise Incompatible(f"array {name} is {tensor.dtype}{tensor.shape}, expected {allowed[0]}{shape}")
        count = (tensor.stop - tensor.start) // tensor.dtype.itemsize
        return np.frombuffer(self._mapped, tensor.dtype, count, tensor.start).reshape(tensor.shape)

    def rows(self, name: str, *shape: int | None) -> NDArray[Any]:
        """Return a view of row numbers, as `ArtifactWriter.rows` adds them."""
        return self.array(name, (np.int32, np.uint16), *shape)

    def setting(self, name: str, default: float | None = None) -> float:
        """Return a number that the algorithm was trained with, or raise Incompatible.

        Args:
            name: of the setting.
            default: what it was before there was such a setting; None where there always was.
        """
        value = self.manifest.params.get(name, default)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise Incompatible(f"setting {name} is missing or no number")
        return float(value)

    def switch(self, name: str) -> bool:
        """Return a setting that is on or off, or raise Incompatible."""
        value = self.manifest.params.get(name)
        if not isinstance(value, bool):
            raise Incompatible(f"setting {name} is missing or neither true nor false")
        return value

    def json(self, name: str) -> Any:
        """Return a small JSON file's content, or Incompatible."""
        try:
            return json.loads((self.folder / f"{self._prefix}{name}").read_bytes())
        except (OSError, ValueError, RecursionError):
            raise Incompatible(f"{name} is missing or not JSON") from None


def _under(prefix: str, named: Mapping[str, V]) -> dict[str, V]:
    return {name.removeprefix(prefix): value for name, value in named.items() if name.startswith(prefix)}
