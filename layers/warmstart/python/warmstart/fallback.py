"""What those get of whom a model knows too little: an order of all items, per segment of the users where known."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Self

import numpy as np
from numpy.typing import NDArray

from warmstart.artifact import Artifact
from warmstart.errors import Incompatible
from warmstart.ids import UNKNOWN
from warmstart.scorer import Rows

MAX_SEGMENTS = 1000
SEGMENTS_FILE = "segments.json"
Features = Mapping[str, str | Sequence[str]]


class Fallback:
    """Orders of all items, best first: one for everybody and one per segment."""

    def __init__(
        self, name: str, order: Rows, columns: Sequence[str], segments: Mapping[str, Rows], of_user: Rows
    ) -> None:
        self._name = name
        self._order = order  # (n_items,)
        self._columns = columns  # the user features that make a segment, most telling first
        self._segments = segments  # name -> (n_items,)
        self._names = list(segments)
        self._of_user = of_user  # (n_users,) index of the user's segment, -1 for none; empty without segments

    @classmethod
    def load(cls, artifact: Artifact, n_users: int, n_items: int) -> Self:
        """Open `fallback` and, where there are any, segments."""
        order = artifact.array("fallback", np.int32, n_items)
        name = artifact.manifest.fallback
        if "segments" not in artifact:
            return cls(name, order, (), {}, np.empty(0, np.int32))
        described = artifact.json(SEGMENTS_FILE)
        try:
            columns, names = list(described["columns"]), list(described["names"])
        except (TypeError, KeyError):
            raise Incompatible(f"{SEGMENTS_FILE} does not describe segments") from None
        if len(names) > MAX_SEGMENTS:
            raise Incompatible(f"over {MAX_SEGMENTS} segments")
        if not all(isinstance(text, str) for text in (*columns, *names)) or len(set(names)) < len(names):
            raise Incompatible(f"{SEGMENTS_FILE} holds a name twice, or what is no name")
        orders = artifact.array("segments", np.int32, len(names), n_items)
        segments = dict(zip(names, orders, strict=True))
        return cls(name, order, columns, segments, artifact.array("user_segment", np.int32, n_users))

    def of(self, user: int, features: Features) -> tuple[str, Rows]:
        """Return the name and the order for a user: by the features given, else by those stored, else for everybody."""
        segment = next((name for name in segment_names(self._columns, features) if name in self._segments), None)
        if segment is None and user != UNKNOWN and len(self._of_user) and self._of_user[user] >= 0:
            segment = self._names[self._of_user[user]]
        if segment is None:
            return self._name, self._order
        return f"{self._name}:{segment}", self._segments[segment]


def segment_names(columns: Sequence[str], features: Features) -> Iterator[str]:
    """Yield the names of the segments that these features fall into, narrowest first."""
    labels = [label(column, value) for column in columns if isinstance(value := features.get(column), str)]
    for size in range(len(labels), 0, -1):
        for chosen in combinations(labels, size):
            yield ",".join(chosen)


def label(column: str, value: str) -> str:
    """Write `sex_f` for sex = F; a value that begins with its column's name, as age_25_34, is not given it twice."""
    value = value.strip().lower()
    return value if value.startswith(f"{column}_") else f"{column}_{value}"


def first_allowed(order: Rows, k: int, n_items: int, taken: Sequence[Rows], only: Rows | None) -> Rows:
    """Return the first k rows of an order of all items that are not taken, and are among `only` where it is given."""
    barred: NDArray[np.bool_] = np.zeros(n_items, np.bool_)
    if only is not None:
        barred[:] = True
        barred[only] = False
    for rows in taken:
        barred[rows] = True
    if only is None:  # this many are enough, whichever of them are barred
        order = order[: k + sum(len(rows) for rows in taken)]
    allowed: Rows = order[~barred[order]]
    return allowed[:k]
