"""What algorithms learn from: each pair of user and item once, in rows, with the tables beside it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import compress
from typing import Any, NamedTuple, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse

from training.columns import GENRES, ITEM_ID, TIMESTAMP, TITLE, USER_ID, WEIGHT
from training.data.tables import Tables
from training.repeats import merged
from warmstart.errors import DataError
from warmstart.histories import DAY
from warmstart.ids import UNKNOWN, IdMap, IntegerIds, StringIds, rows_among
from warmstart.scorer import Rows, Scores
from warmstart.trend import LEAST, decayed


@dataclass(frozen=True)
class Interactions:
    """Pairs by user, each user's oldest first. Repeated pairs are merged: weights summed, last time kept."""

    user_ids: IdMap
    item_ids: IdMap
    users: Rows  # (n,) ascending
    items: Rows  # (n,)
    weights: Scores  # (n,)
    timestamps: NDArray[np.int64] | None  # (n,) UTC epoch seconds
    user_features: Mapping[str, list[str | None]]  # column -> (n_users,)
    titles: list[str] | None  # (n_items,)
    genres: list[str] | None  # (n_items,) joined by |
    segments: tuple[str, ...] = ()  # the user features that popularity is also counted by, most telling first
    rows: "Kept | None" = field(default=None, repr=False)  # of the table, where the pairs are all that is in them

    def __post_init__(self) -> None:
        if (np.diff(self.users) < 0).any():
            raise ValueError("pairs are not in the order of users")

    @property
    def n_users(self) -> int:
        """Count users, those without interactions included."""
        return len(self.user_ids)

    @property
    def n_items(self) -> int:
        """Count items."""
        return len(self.item_ids)

    @cached_property
    def indptr(self) -> NDArray[np.int64]:
        """Return where each user's pairs begin: (n_users + 1,)."""
        starts = np.zeros(self.n_users + 1, np.int64)
        np.cumsum(np.bincount(self.users, minlength=self.n_users), out=starts[1:])
        return starts

    @cached_property
    def ages(self) -> Scores | None:
        """Return days before the last event of all: (n,), None without timestamps."""
        if self.timestamps is None:
            return None
        ages: Scores = ((self.timestamps.max(initial=0) - self.timestamps) / DAY).astype(np.float32)
        return ages

    @property
    def timeless(self) -> str | None:
        """Say why times tell nothing; None where they do."""
        return why_timeless(self.timestamps)

    @cached_property
    def popularity(self) -> NDArray[np.int32]:
        """Count each item's distinct users: (n_items,)."""
        return np.bincount(self.items, minlength=self.n_items).astype(np.int32)

    def part(self, keep: NDArray[np.bool_]) -> Self:
        """Return the pairs that are kept, with only the items that occur in them; users keep their rows.

        Args:
            keep: (n,) which.
        """
        occurs = np.bincount(self.items[keep], minlength=self.n_items) > 0
        rows = np.cumsum(occurs) - 1
        return replace(
            self,
            item_ids=self.item_ids.subset(occurs),
            users=self.users[keep],
            items=rows[self.items[keep]].astype(np.int32),
            weights=self.weights[keep],
            timestamps=None if self.timestamps is None else self.timestamps[keep],
            titles=None if self.titles is None else [*compress(self.titles, occurs)],
            genres=None if self.genres is None else [*compress(self.genres, occurs)],
            rows=None,
        )

    def before(self, moment: float) -> "Interactions":
        """Return what there was before a moment, in UTC epoch seconds: a pair that came again since is as it was then.

        Raises:
            DataError: there are no timestamps.
        """
        if self.timestamps is None:
            raise DataError("a cut by time needs timestamps, and the interactions have none")
        if self.rows is None:
            return self.part(self.timestamps < moment)
        return self.rows.events.interactions(self.rows.before(moment), self.segments)

    def trend(self, half_life: float) -> Scores:
        """Return each item's popularity, decayed by a half-life in days: (n_items,).

        Raises:
            DataError: there are no timestamps.
        """
        if self.ages is None:
            raise DataError("a trend needs timestamps, and the interactions have none")
        return np.bincount(self.items, decayed(self.ages, half_life=half_life), self.n_items).astype(np.float32)

    def matrix(self, *, binary: bool = False, half_life: float = 0.0) -> sparse.csr_matrix:
        """Return weights, or 1 for each pair, as (n_users, n_items): a copy, for libraries sort what they get.

        Args:
            binary: whether weights are left away.
            half_life: days in which a pair loses half of its value, but for a millionth; 0: it never does.
        """
        values = np.ones_like(self.weights) if binary else self.weights
        if half_life and self.ages is not None:
            values = values * np.maximum(decayed(self.ages, half_life=half_life), LEAST)
        return sparse.csr_matrix((values, self.items, self.indptr), (self.n_users, self.n_items), copy=True)


@dataclass(frozen=True)
class Events:
    """The rows of the interactions table in the table's order, ids replaced by rows."""

    user_ids: IdMap
    item_ids: IdMap
    users: Rows  # (n,)
    items: Rows  # (n,)
    weights: Scores  # (n,)
    timestamps: NDArray[np.int64] | None  # (n,)
    user_features: Mapping[str, list[str | None]]  # column -> (n_users,)
    titles: list[str] | None  # (n_items,)
    genres: list[str] | None  # (n_items,)

    @classmethod
    def of(cls, tables: Tables) -> Self:
        """Give every id of the tables its row; items without events get none."""
        frame = tables.interactions
        known = [frame[USER_ID]]
        if tables.users is not None:
            known.append(tables.users[USER_ID].cast(frame[USER_ID].dtype))
        user_ids, (users, *described) = _encoded(known)
        item_ids, (items,) = _encoded([frame[ITEM_ID]])
        return cls(
            user_ids,
            item_ids,
            users,
            items,
            frame[WEIGHT].to_numpy(),
            frame[TIMESTAMP].to_numpy() if TIMESTAMP in frame.columns else None,
            user_features=user_features_of(tables.users, described[0], len(user_ids)) if described else {},
            titles=item_texts_of(tables.items, TITLE, item_ids),
            genres=item_texts_of(tables.items, GENRES, item_ids),
        )

    @cached_property
    def order(self) -> NDArray[np.int64]:
        """Return the events by user, each user's oldest first; of a tie in time, in the table's order."""
        if self.timestamps is None:
            return np.argsort(self.users, kind="stable")
        since = self.timestamps - self.timestamps.min()
        return np.argsort(self.users.astype(np.int64) * (since.max() + 1) + since, kind="stable")

    @property
    def timeless(self) -> str | None:
        """Say why times tell nothing; None where they do."""
        return why_timeless(self.timestamps)

    def interactions(self, keep: NDArray[np.bool_] | None = None, segments: tuple[str, ...] = ()) -> Interactions:
        """Return the events that are kept as interactions, with only the items that occur in them."""
        kept = np.ones(len(self.items), np.bool_) if keep is None else keep
        occurs = np.bincount(self.items[kept], minlength=len(self.item_ids)) > 0
        interactions = self._of_items(self.item_ids.subset(occurs), np.cumsum(occurs) - 1, kept, segments)
        return replace(
            interactions,
            rows=Kept(self, kept),
            titles=None if self.titles is None else [*compress(self.titles, occurs)],
            genres=None if self.genres is None else [*compress(self.genres, occurs)],
        )

    def interactions_in(
        self, item_ids: IdMap, keep: NDArray[np.bool_] | None = None, segments: tuple[str, ...] = ()
    ) -> Interactions:
        """Return the events that are kept of some items, in the rows of these; titles and genres are not known."""
        rows = rows_among(item_ids, self.item_ids)
        known = (rows != UNKNOWN)[self.items]
        return self._of_items(item_ids, rows, known if keep is None else known & keep, segments)

    def _of_items(
        self, item_ids: IdMap, rows: NDArray[Any], keep: NDArray[np.bool_], segments: tuple[str, ...]
    ) -> Interactions:
        """Return what is kept, the items in other rows: (n_items,) for each of these."""
        order = self.order[keep[self.order]]
        times = None if self.timestamps is None else self.timestamps[order]
        return Interactions(
            self.user_ids,
            item_ids,
            *merged(self.users[order], rows[self.items[order]].astype(np.int32), self.weights[order], times),
            user_features=self.user_features,
            titles=None,
            genres=None,
            segments=segments,
        )


class Kept(NamedTuple):
    """Rows of a table that interactions are made of."""

    events: Events
    mask: NDArray[np.bool_]  # (n,)

    def before(self, moment: float) -> NDArray[np.bool_]:
        """Return which of them came before a moment, in UTC epoch seconds: (n,)."""
        assert self.events.timestamps is not None  # noqa: S101 a moment is asked for where there are times
        earlier: NDArray[np.bool_] = self.mask & (self.events.timestamps < moment)
        return earlier


def why_timeless(timestamps: NDArray[np.int64] | None) -> str | None:
    """Say why times tell nothing: there are none, or all are the same; None where they do."""
    if timestamps is None:
        return "the interactions have no timestamps"
    if not len(timestamps) or timestamps.min() == timestamps.max():
        return "all interactions have the same time"
    return None


def _encoded(columns: list[pl.Series]) -> tuple[IdMap, list[Rows]]:
    """Return the map over the ids of all columns, and each column as rows."""
    distinct = pl.concat([column.unique() for column in columns]).unique()
    if distinct.dtype == pl.String:
        ids: IdMap = StringIds.build(distinct.to_list())
        rows = pl.DataFrame({"id": ids.external(np.arange(len(ids), dtype=np.int32))}).with_row_index("row")
        return ids, [
            pl.DataFrame({"id": column})
            .join(rows, on="id", how="left", maintain_order="left")["row"]
            .to_numpy()
            .astype(np.int32)
            for column in columns
        ]
    ordered = distinct.sort().to_numpy().astype(np.int64)
    return IntegerIds(ordered), [np.searchsorted(ordered, c.to_numpy()).astype(np.int32) for c in columns]


def user_features_of(users: pl.DataFrame | None, rows: Rows, n_users: int) -> dict[str, list[str | None]]:
    """Return each column of the users table as one text per user row."""
    features: dict[str, list[str | None]] = {}
    for column in () if users is None else users.drop(USER_ID).iter_columns():
        if column.dtype != pl.List:
            by_row = np.full(n_users, None, object)
            by_row[rows] = _shared(column.cast(pl.String).to_list())
            features[column.name] = by_row.tolist()
    return features


def _shared(texts: list[str | None]) -> list[str | None]:
    """Return texts of which equal ones are one object: of a million users few differ in what is known of them."""
    first: dict[str | None, str | None] = {}
    return [first.setdefault(text, text) for text in texts]


def item_texts_of(items: pl.DataFrame | None, column: str, ids: IdMap) -> list[str] | None:
    """Return a column of the items table as one text per item row; None where there is none."""
    if items is None or column not in items.columns:
        return None
    texts = [""] * len(ids)
    for external, value in zip(items[ITEM_ID].to_list(), items[column].to_list(), strict=True):
        row = ids.row(external)
        if row >= 0 and value is not None:
            texts[row] = _text(value)
    return texts


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "|".join(str(part) for part in value)
