"""The published catalogue, opened: titles and how they are found, histories, and what is known of users."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from functions.catalogue.people import People
from functions.catalogue.schemas import ItemCard, SeenItem
from functions.catalogue.title_search import TitleSearch
from functions.catalogue.well_formed import refuse_ill_formed
from warmstart.artifact import Artifact
from warmstart.errors import Incompatible
from warmstart.ids import UNKNOWN, Id, id_of, load_ids, rows_of, user_row
from warmstart.manifest import CATALOGUE, Manifest
from warmstart.ragged import Ragged
from warmstart.scorer import Rows
from warmstart.texts import Texts

BETWEEN_GENRES = "|"


class Catalogue:
    """One version of it, memory-mapped."""

    name: ClassVar[str] = CATALOGUE  # the manifest's `scorer`

    def __init__(self, artifact: Artifact) -> None:
        """Open the arrays; raise Incompatible where they do not fit each other."""
        self.manifest = artifact.manifest
        self.item_ids, self.user_ids = load_ids(artifact, "item_ids"), load_ids(artifact, "user_ids")
        n_items, n_users = len(self.item_ids), len(self.user_ids)
        self._titles, self._genres = (_texts(artifact, name, n_items) for name in ("item_titles", "item_genres"))
        self._popularity = artifact.array("popularity", np.int32, n_items)
        self._search = TitleSearch.load(artifact, n_items)
        self._seen = artifact.rows("seen_rows", None)
        self._histories = Ragged.load(artifact, "seen_indptr", n_users, len(self._seen))
        self._weights = _column(artifact, "seen_weights", (np.float16, np.float32), len(self._seen))
        self._times = _column(artifact, "seen_times", (np.int32, np.int64), len(self._seen))
        self._with_history = _column(artifact, "users_with_history", (np.int32,), None)
        self.people = People.load(artifact, n_users)

    @classmethod
    def open(cls, folder: Path, manifest: Manifest) -> "Catalogue":
        """Open a version whose files lie verified in a folder; raise Incompatible where it is something else.

        All of its arrays are read once: a row out of place would tell one user's history under another's name.
        """
        if manifest.scorer != cls.name:
            raise Incompatible(f"{manifest.version} is for the scorer {manifest.scorer[:40]!r}, not for {cls.name!r}")
        artifact = Artifact.open(folder, manifest)
        refuse_ill_formed(artifact)
        return cls(artifact)

    def find(self, query: str) -> Rows:
        """Return the rows of the items that a query means: the one whose id it is, then those found by their title."""
        own, found = self.rows([query.strip()]), self._search.find(query)
        return np.concatenate([own, found[found != own]]) if len(own) else found

    def rows(self, item_ids: Sequence[str]) -> Rows:
        """Return the rows of those ids that are known, in order; ids are as a URL has them."""
        ids = (id_of(self.item_ids, text) for text in item_ids)
        return rows_of(self.item_ids, [item_id for item_id in ids if item_id is not None])

    def items(self, rows: Rows) -> list[ItemCard]:
        """Return what is shown of some items: (len(rows),)."""
        users = self._popularity[rows].tolist()
        ids: list[Id] = [*self.item_ids.external(rows)]
        return [
            ItemCard(item_id, self._title(row), self._genres_of(row), count)
            for item_id, row, count in zip(ids, rows.tolist(), users, strict=True)
        ]

    def user_row(self, user_id: Id) -> int:
        """Return a user's row, -1 for one that training did not see; raise UserNotFound outside the id domain."""
        return user_row(self.user_ids, user_id, self.manifest.id_bound)

    def seen_count(self, user: int) -> int:
        """Count the items of a user's history; none for an unknown user."""
        place = self._place(user)
        return int(place.stop - place.start)

    def history(self, user: int, offset: int, limit: int) -> list[SeenItem]:
        """Return a part of a user's history, newest first."""
        place = self._place(user)
        stop = max(place.stop - offset, place.start)
        part = slice(max(stop - limit, place.start), stop)
        rows = self._seen[part].astype(np.int32)[::-1]
        weights = [1.0] * len(rows) if self._weights is None else self._weights[part][::-1].tolist()
        times = [None] * len(rows) if self._times is None else self._times[part][::-1].tolist()
        events = zip(self.items(rows), weights, times, strict=True)
        return [SeenItem(item.item_id, item.title, item.genres, weight, time) for item, weight, time in events]

    def known_of(self, user: int) -> dict[str, str]:
        """Return what is known of a user, by column; nothing of an unknown one."""
        return {} if user == UNKNOWN else self.people.of(user)

    @property
    def users_with_history(self) -> int:
        """Count the users that have a history."""
        return len(self.user_ids) if self._with_history is None else len(self._with_history)

    def some_users(self, count: int, rng: np.random.Generator) -> list[Id]:
        """Draw different users from those with a history."""
        total = self.users_with_history
        drawn = rng.choice(total, min(count, total), replace=False).astype(np.int32)
        return [*self.user_ids.external(drawn if self._with_history is None else self._with_history[drawn])]

    def _place(self, user: int) -> slice:
        return slice(0, 0) if user == UNKNOWN else self._histories[user]

    def _title(self, row: int) -> str | None:
        return (self._titles.raw(row).decode() or None) if self._titles else None

    def _genres_of(self, row: int) -> list[str]:
        text = self._genres.raw(row).decode() if self._genres else ""
        return text.split(BETWEEN_GENRES) if text else []


def _texts(artifact: Artifact, name: str, count: int) -> Texts | None:
    return Texts.load(artifact, name, count) if f"{name}_bytes" in artifact else None


def _column(artifact: Artifact, name: str, dtypes: tuple[type, ...], count: int | None) -> NDArray[Any] | None:
    return artifact.array(name, dtypes, count) if name in artifact else None
