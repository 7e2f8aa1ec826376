"""An order of all items, for everybody and per segment of the users: what popularity models learn."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.interactions import Interactions
from warmstart.artifact_writer import ArtifactWriter
from warmstart.fallback import MAX_SEGMENTS, SEGMENTS_FILE, segment_names
from warmstart.scorer import Rows, Scores

MIN_SEGMENT_USERS = 50  # a smaller group says more of its few members than of its kind


@dataclass(frozen=True)
class Orders:
    """Best first."""

    everybody: Rows  # (n_items,)
    columns: tuple[str, ...]  # the user features that make segments
    segments: Mapping[str, Rows]  # name -> (n_items,)
    of_user: Rows  # (n_users,) index of the user's narrowest segment, -1 for none

    @classmethod
    def by_weight(cls, interactions: Interactions, weights: Scores, columns: Sequence[str]) -> "Orders":
        """Order items by the sum of their events' weights; ties within a segment fall as they do for everybody.

        Args:
            interactions: the events.
            weights: (n,) of each event.
            columns: user features that make segments; those that the users table has not are left out.
        """
        n_items, known = interactions.n_items, tuple(c for c in columns if c in interactions.user_features)
        everybody = _order(np.bincount(interactions.items, weights, n_items), np.arange(n_items))
        rank = np.argsort(everybody)
        segments, of_user = {}, np.full(interactions.n_users, -1, np.int32)
        for index, (name, members) in enumerate(_segments(interactions, known)):
            theirs = members[interactions.users]
            sums = np.bincount(interactions.items[theirs], weights[theirs], n_items)
            segments[name] = _order(sums, rank)
            of_user[members] = index
        return cls(everybody, known, segments, of_user)

    def write(self, writer: ArtifactWriter) -> None:
        """Add `fallback` (n_items,) and, where there are any, `segments` (s, n_items) and `user_segment` (n_users,)."""
        writer.array("fallback", self.everybody)
        if self.segments:
            writer.array("segments", np.stack([*self.segments.values()]))
            writer.array("user_segment", self.of_user)
            writer.json(SEGMENTS_FILE, {"columns": self.columns, "names": [*self.segments]})


def _order(sums: NDArray[Any], tie: NDArray[Any]) -> Rows:
    order: Rows = np.lexsort((tie, -sums)).astype(np.int32)
    return order


def _segments(interactions: Interactions, columns: tuple[str, ...]) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """Yield each segment with enough active users and who is in it, wide ones first, so narrow ones overwrite them."""
    active = np.diff(interactions.indptr) > 0
    members: dict[str, NDArray[np.bool_]] = {}
    for values, users in _by_value(interactions, columns).items():
        features = {column: value for column, value in zip(columns, values, strict=True) if value is not None}
        for name in segment_names(columns, features):
            members.setdefault(name, np.zeros(interactions.n_users, np.bool_))[users] = True
    sizes = {name: int((who & active).sum()) for name, who in members.items()}
    large = sorted((n for n, size in sizes.items() if size >= MIN_SEGMENT_USERS), key=lambda n: (-sizes[n], n))
    for name in sorted(large[:MAX_SEGMENTS], key=lambda name: (name.count(","), name)):
        yield name, members[name]


def _by_value(interactions: Interactions, columns: tuple[str, ...]) -> dict[tuple[str | None, ...], list[int]]:
    """Group user rows by the values of their features."""
    groups: dict[tuple[str | None, ...], list[int]] = {}
    rows = zip(*(interactions.user_features[column] for column in columns), strict=True) if columns else ()
    for row, values in enumerate(rows):
        groups.setdefault(values, []).append(row)
    return groups
