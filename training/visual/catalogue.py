"""What is known of items and of what users had, in external ids."""

from datetime import UTC, datetime

import numpy as np

from training.interactions import Events, Interactions
from training.visual.views import Had, Item
from warmstart.ids import UNKNOWN, Id


class Catalogue:
    """Items by their id: title and genres out of the tables, views out of what was learnt from."""

    def __init__(self, events: Events, learnt: Interactions) -> None:
        self._events = events
        self._learnt = learnt

    def item(self, item_id: Id, views: int | None = None) -> Item:
        """Describe an item; one that the tables do not have is no more than its id.

        Args:
            item_id: which.
            views: what a model counted, where that is known better.
        """
        row = self._events.item_ids.row(item_id)
        titles, genres = self._events.titles, self._events.genres
        known = row != UNKNOWN
        return Item(
            item_id,
            (titles[row] or None) if titles and known else None,
            tuple(filter(None, genres[row].split("|"))) if genres and known else (),
            self.views(item_id) if views is None else views,
        )

    def views(self, item_id: Id) -> int:
        """Count the distinct users who had an item, in what was learnt from."""
        row = self._learnt.item_ids.row(item_id)
        return 0 if row == UNKNOWN else int(self._learnt.popularity[row])

    def had(self, interactions: Interactions, user: int, most: int) -> list[Had]:
        """Return what a user had, newest first, no more than so many."""
        first, end = interactions.indptr[user : user + 2].tolist()
        places = np.arange(first, end)[::-1][:most]
        ids: list[Id] = [*interactions.item_ids.external(interactions.items[places])]
        weights = interactions.weights[places].tolist()
        times = [None] * len(places) if interactions.timestamps is None else interactions.timestamps[places].tolist()
        return [
            Had(self.item(item_id), weight, None if time is None else datetime.fromtimestamp(time, UTC).isoformat())
            for item_id, weight, time in zip(ids, weights, times, strict=True)
        ]
