"""External ids and internal rows: sorted arrays searched by bisection, nothing built per id at load."""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from warmstart.artifact import Artifact
from warmstart.artifact_writer import ArtifactWriter
from warmstart.errors import Incompatible

Id = int | str
UNKNOWN = -1


class IntegerIds:
    """Integer ids; the row of an id is its place among all, in ascending order."""

    def __init__(self, ids: NDArray[np.int64]) -> None:
        self._ids = ids  # (n,) ascending

    @classmethod
    def build(cls, ids: Iterable[int]) -> Self:
        """Take every id once, in any order."""
        return cls(np.unique(np.fromiter(ids, np.int64)))

    def __len__(self) -> int:
        return len(self._ids)

    def row(self, external: Id) -> int:
        """Return the row of an id, or -1."""
        if not isinstance(external, int) or not 0 <= external < 2**63:
            return UNKNOWN
        row = int(self._ids.searchsorted(np.int64(external)))
        return row if row < len(self._ids) and self._ids[row] == external else UNKNOWN

    def external(self, rows: NDArray[np.int32]) -> list[int]:
        """Return the ids of rows."""
        found: list[int] = self._ids[rows].tolist()
        return found

    def largest(self) -> int | None:
        """Return the largest id; 0 where there is none."""
        return int(self._ids[-1]) if len(self._ids) else 0

    def write(self, writer: ArtifactWriter, name: str) -> None:
        """Add `<name>` (n,) int64."""
        writer.array(name, self._ids)


class StringIds:
    """String ids, sorted by a 64-bit hash of their UTF-8 bytes; equal hashes are told apart by comparing."""

    def __init__(self, hashes: NDArray[np.uint64], offsets: NDArray[np.int64], text: NDArray[np.uint8]) -> None:
        self._hashes = hashes  # (n,) ascending
        self._offsets = offsets  # (n + 1,) of each id's bytes in `text`
        self._text = text

    @classmethod
    def build(cls, ids: Iterable[str]) -> Self:
        """Take every id once, in any order."""
        keyed = sorted((_hash64(raw), raw) for raw in {text.encode() for text in ids})
        offsets = np.zeros(len(keyed) + 1, np.int64)
        np.cumsum([len(raw) for _, raw in keyed], out=offsets[1:])
        hashes = np.array([key for key, _ in keyed], np.uint64)
        return cls(hashes, offsets, np.frombuffer(b"".join(raw for _, raw in keyed), np.uint8))

    def __len__(self) -> int:
        return len(self._hashes)

    def row(self, external: Id) -> int:
        """Return the row of an id, or -1."""
        if not isinstance(external, str):
            return UNKNOWN
        raw = external.encode(errors="surrogatepass")
        key = np.uint64(_hash64(raw))
        row = int(self._hashes.searchsorted(key))
        while row < len(self._hashes) and self._hashes[row] == key:
            if self._bytes(row) == raw:
                return row
            row += 1
        return UNKNOWN

    def external(self, rows: NDArray[np.int32]) -> list[str]:
        """Return the ids of rows."""
        return [self._bytes(row).decode() for row in rows.tolist()]

    def largest(self) -> None:
        """Return None: strings have no largest id."""

    def write(self, writer: ArtifactWriter, name: str) -> None:
        """Add `<name>` (n,) uint64 hashes, and the ids' bytes with their offsets."""
        writer.array(name, self._hashes)
        write_texts(writer, name, self._offsets, self._text)

    def _bytes(self, row: int) -> bytes:
        return self._text[self._offsets[row] : self._offsets[row + 1]].tobytes()


IdMap = IntegerIds | StringIds


def build_ids(ids: Sequence[Any] | NDArray[Any]) -> IdMap:
    """Make the map that fits the ids' type: all integers, or all strings."""
    if isinstance(ids, np.ndarray) and ids.dtype.kind in "iu":
        return IntegerIds(np.unique(ids.astype(np.int64)))
    return StringIds.build(ids) if len(ids) and isinstance(ids[0], str) else IntegerIds.build(ids)


def rows_of(ids: IdMap, wanted: Iterable[Id]) -> NDArray[np.int32]:
    """Return the rows of those ids that are known, in order."""
    found = (ids.row(external) for external in wanted)
    return np.array([row for row in found if row != UNKNOWN], np.int32)


def load_ids(artifact: Artifact, name: str) -> IdMap:
    """Open the map `<name>` of an artifact, of whichever type it is."""
    try:
        return IntegerIds(artifact.array(name, np.int64, None))
    except Incompatible:
        hashes = artifact.array(name, np.uint64, None)
        return StringIds(hashes, *load_texts(artifact, name, len(hashes)))


def write_texts(writer: ArtifactWriter, name: str, offsets: NDArray[np.int64], text: NDArray[np.uint8]) -> None:
    """Add a column of UTF-8 texts: `<name>_offsets` (n + 1,) and `<name>_bytes`."""
    writer.array(f"{name}_offsets", offsets)
    writer.array(f"{name}_bytes", text)


def load_texts(artifact: Artifact, name: str, count: int) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """Open a column of `count` texts: offsets and bytes."""
    return artifact.array(f"{name}_offsets", np.int64, count + 1), artifact.array(f"{name}_bytes", np.uint8, None)


def _hash64(raw: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(raw, digest_size=8).digest(), "big")
