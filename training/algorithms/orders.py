"""An order of all items, for everybody and per segment of the users: what popularity models learn."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from training.interactions import Interactions
from warmstart.artifact_writer import ArtifactWriter
from warmstart.fallback import MAX_SEGMENTS, SEGMENTS_FILE, segment_names
from warmstart.ids import UNKNOWN
from warmstart.scorer import Rows, Scores

Values = tuple[str | None, ...]
TOGETHER = 2**22  # events whose weights are added up at a time
MIN_SEGMENT_USERS = 50  # a smaller group says more of its few members than of its kind


@dataclass(frozen=True)
class Orders:
    """Best first."""

    everybody: Rows  # (n_items,)
    columns: tuple[str, ...]  # the user features that make segments
    segments: Mapping[str, Rows]  # name -> (n_items,)
    of_user: Rows  # (n_users,) index of the user's narrowest segment, -1 for none

    @classmethod
    def by_weight(cls, interactions: Interactions, weights: Scores) -> "Orders":
        """Order items by the sum of their events' weights, for everybody and per segment.

        Ties fall to what more users ever had; within a segment they fall as they do for everybody.

        Args:
            interactions: the events.
            weights: (n,) of each event.
        """
        known = tuple(column for column in interactions.segments if column in interactions.user_features)
        cells, cell_of_user = _cells(interactions, known)
        by_cell = _sums(interactions, weights, cell_of_user, len(cells))
        everybody = _order(by_cell.sum(axis=0).A1, np.argsort(np.argsort(-interactions.popularity, kind="stable")))
        rank = np.argsort(everybody)
        active = np.bincount(cell_of_user[np.diff(interactions.indptr) > 0], minlength=len(cells))
        segments, segment_of_cell = {}, np.full(len(cells), -1, np.int32)
        for index, (name, members) in enumerate(_segments(cells, active, known)):
            segments[name] = _order(by_cell[members].sum(axis=0).A1, rank)
            segment_of_cell[members] = index
        return cls(everybody, known, segments, segment_of_cell[cell_of_user])

    def of_users(self, rows: Rows) -> "Orders":
        """Return the same for other users: (m,) where each is among these, UNKNOWN for those who are not."""
        return replace(self, of_user=np.where(rows == UNKNOWN, -1, self.of_user[rows]).astype(np.int32))

    def write(self, writer: ArtifactWriter) -> None:
        """Add `fallback` (n_items,) and, where there are any, `segments` (s, n_items) and `user_segment` (n_users,)."""
        writer.array("fallback", self.everybody)
        if self.segments:
            writer.array("segments", np.stack([*self.segments.values()]))
            writer.array("user_segment", self.of_user)
            writer.json(SEGMENTS_FILE, {"columns": self.columns, "names": [*self.segments]})


def _sums(
    interactions: Interactions, weights: Scores, cell_of_user: NDArray[np.int64], n_cells: int
) -> sparse.csr_matrix:
    """Add the weights of each cell's events up by item, some of them at a time: (n_cells, n_items)."""
    shape = (n_cells, interactions.n_items)
    sums = sparse.csr_matrix(shape, dtype=np.float64)
    for start in range(0, len(weights), TOGETHER):
        part = slice(start, start + TOGETHER)
        places = (cell_of_user[interactions.users[part]], interactions.items[part])
        sums = sums + sparse.csr_matrix((weights[part], places), shape, np.float64)
    return sums


def _order(sums: NDArray[Any], tie: NDArray[Any]) -> Rows:
    order: Rows = np.lexsort((tie, -sums)).astype(np.int32)
    return order


def _cells(interactions: Interactions, columns: tuple[str, ...]) -> tuple[list[Values], NDArray[np.int64]]:
    """Return the distinct combinations of the users' features, and which of them each user has."""
    cells: dict[Values, int] = {}
    of_user = np.zeros(interactions.n_users, np.int64)
    for row, values in enumerate(zip(*(interactions.user_features[column] for column in columns), strict=True)):
        of_user[row] = cells.setdefault(values, len(cells))
    return [*cells] or [()], of_user


def _segments(
    cells: list[Values], active: NDArray[np.int64], columns: tuple[str, ...]
) -> Iterator[tuple[str, list[int]]]:
    """Yield each segment that has enough active users, and its cells; wide ones first, as narrow ones overwrite."""
    members: dict[str, list[int]] = {}
    for cell, values in enumerate(cells):
        features = {column: value for column, value in zip(columns, values, strict=False) if value is not None}
        for name in segment_names(columns, features):
            members.setdefault(name, []).append(cell)
    sizes = {name: int(active[own].sum()) for name, own in members.items()}
    large = sorted((n for n, size in sizes.items() if size >= MIN_SEGMENT_USERS), key=lambda n: (-sizes[n], n))
    for name in sorted(large[:MAX_SEGMENTS], key=lambda name: (name.count(","), name)):
        yield name, members[name]
