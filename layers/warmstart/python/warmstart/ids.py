"""External ids and internal rows: sorted arrays searched by bisection, nothing built per id at load."""

import hashlib
from collections.abc import Iterable
from typing import Self

import numpy as np
from numpy.typing import NDArray

from warmstart.artifact import Artifact
from warmstart.artifact_writer import ArtifactWriter
from warmstart.errors import Incompatible, UserNotFound
from warmstart.texts import Texts

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

    def rows(self, wanted: Iterable[Id]) -> NDArray[np.int32]:
        """Return the row of each id, UNKNOWN where it is not known, in order."""
        possible = [id_ if isinstance(id_, int) and 0 <= id_ < 2**63 else -1 for id_ in wanted]  # no id is below 0
        return self.rows_of_all(IntegerIds(np.array(possible, np.int64)))

    def rows_of_all(self, others: "IntegerIds") -> NDArray[np.int32]:
        """Return the row of each of other ids, UNKNOWN where there is none."""
        if not len(self):
            return np.full(len(others), UNKNOWN, np.int32)
        places = np.minimum(self._ids.searchsorted(others._ids), len(self) - 1)
        return np.where(self._ids[places] == others._ids, places, UNKNOWN).astype(np.int32)

    def largest(self) -> int | None:
        """Return the largest id; 0 where there is none."""
        return int(self._ids[-1]) if len(self._ids) else 0

    def subset(self, keep: NDArray[np.bool_]) -> "IntegerIds":
        """Return the ids that are kept, in the same order."""
        return IntegerIds(self._ids[keep])

    def write(self, writer: ArtifactWriter, name: str) -> None:
        """Add `<name>` (n,) int64."""
        writer.array(name, self._ids)


class StringIds:
    """String ids, sorted by a 64-bit hash of their UTF-8 bytes; equal hashes are told apart by comparing."""

    def __init__(self, hashes: NDArray[np.uint64], texts: Texts) -> None:
        self._hashes = hashes  # (n,) ascending
        self._texts = texts

    @classmethod
    def build(cls, ids: Iterable[str]) -> Self:
        """Take every id once, in any order."""
        keyed = sorted((hash64(raw), raw) for raw in {text.encode() for text in ids})
        return cls(np.array([key for key, _ in keyed], np.uint64), Texts.build([raw for _, raw in keyed]))

    def __len__(self) -> int:
        return len(self._hashes)

    def row(self, external: Id) -> int:
        """Return the row of an id, or -1."""
        if not isinstance(external, str):
            return UNKNOWN
        raw = external.encode(errors="surrogatepass")
        key = np.uint64(hash64(raw))
        row = int(self._hashes.searchsorted(key))
        while row < len(self._hashes) and self._hashes[row] == key:
            if self._texts.raw(row) == raw:
                return row
            row += 1
        return UNKNOWN

    def external(self, rows: NDArray[np.int32]) -> list[str]:
        """Return the ids of rows."""
        return [self._texts.raw(row).decode() for row in rows.tolist()]

    def largest(self) -> None:
        """Return None: strings have no largest id."""

    def subset(self, keep: NDArray[np.bool_]) -> "StringIds":
        """Return the ids that are kept, in the same order."""
        return StringIds(self._hashes[keep], self._texts.subset(keep))

    def write(self, writer: ArtifactWriter, name: str) -> None:
        """Add `<name>` (n,) uint64 hashes, and the ids' texts."""
        writer.array(name, self._hashes)
        self._texts.write(writer, name)


IdMap = IntegerIds | StringIds


def rows_in(ids: IdMap, wanted: Iterable[Id]) -> NDArray[np.int32]:
    """Return the row of each id, UNKNOWN where it is not known, in order."""
    if isinstance(ids, IntegerIds):
        return ids.rows(wanted)
    return np.fromiter((ids.row(external) for external in wanted), np.int32)


def rows_of(ids: IdMap, wanted: Iterable[Id]) -> NDArray[np.int32]:
    """Return the rows of those ids that are known, in order."""
    rows = rows_in(ids, wanted)
    known: NDArray[np.int32] = rows[rows != UNKNOWN]
    return known


def rows_among(ids: IdMap, others: IdMap) -> NDArray[np.int32]:
    """Return, for each row of a second map, the row of the same id in the first, UNKNOWN where it has none."""
    if not isinstance(ids, IntegerIds) or not isinstance(others, IntegerIds):
        return rows_in(ids, external_ids(others))
    return ids.rows_of_all(others)


def id_of(ids: IdMap, text: str) -> Id | None:
    """Read an id out of a URL, as the type that a map's ids are of; None where it is no integer in its usual form."""
    if isinstance(ids, StringIds):
        return text
    plain = text.isascii() and text.isdigit() and len(text) <= 19
    return int(text) if plain and str(int(text)) == text else None


def user_row(user_ids: IdMap, user_id: Id, bound: int | None) -> int:
    """Return a user's row, -1 for one that training did not see.

    Args:
        user_ids: of all users.
        user_id: whose.
        bound: the largest integer of the id domain.

    Raises:
        UserNotFound: the id is outside the domain.
    """
    if isinstance(user_ids, IntegerIds) != isinstance(user_id, int):
        raise UserNotFound(f"{user_id!r}: user ids are {'texts' if isinstance(user_id, int) else 'integers'}")
    if isinstance(user_id, int) and bound is not None and not 0 <= user_id <= bound:
        raise UserNotFound(f"{user_id}: user ids are 0 to {bound}")
    return user_ids.row(user_id)


def external_ids(ids: IdMap) -> list[int] | list[str]:
    """Return all ids, in the order of their rows."""
    return ids.external(np.arange(len(ids), dtype=np.int32))


def load_ids(artifact: Artifact, name: str) -> IdMap:
    """Open the map `<name>` of an artifact, of whichever type it is."""
    try:
        return IntegerIds(artifact.array(name, np.int64, None))
    except Incompatible:
        hashes = artifact.array(name, np.uint64, None)
        return StringIds(hashes, Texts.load(artifact, name, len(hashes)))


def hash64(raw: bytes) -> int:
    """Return what string ids are sorted by."""
    return int.from_bytes(hashlib.blake2b(raw, digest_size=8).digest(), "big")
