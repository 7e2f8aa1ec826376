"""Looks at users: histories beside the recommendations of each model."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from training.interactions import Events, Interactions
from training.visual.catalogue import Catalogue
from training.visual.lists import Lists
from training.visual.overlap import overlaps_of
from training.visual.views import Had, Known, ModelList, Recommended, UserView
from warmstart.errors import DataError, UserNotFound
from warmstart.ids import UNKNOWN, Id
from warmstart.recommender import Ask, Recommender


class VisualAnalyzer:
    """Shows users' histories beside what models recommend to them; hits are marked where something is held out."""

    def __init__(
        self,
        events: Events,
        recommenders: Mapping[str, Recommender],
        test: NDArray[np.bool_] | None = None,
        *,
        k: int = 10,
        longest: int = 50,
    ) -> None:
        """Take models that are open.

        Args:
            events: all of them, with what the tables say of users and items.
            recommenders: by the name that is shown; they have learnt from the events that are not held out.
            test: (n,) which events are held out.
            k: how many items each model recommends.
            longest: how many items of a history are shown; the others are counted.
        """
        self._events = events
        self._recommenders = recommenders
        self._k = k
        self._longest = longest
        self._learnt = events.interactions(None if test is None else ~test)
        self._held_out = None if test is None else events.interactions(test)
        self._catalogue = Catalogue(events, self._learnt)

    def users(self, chosen: Sequence[Id] = (), *, random: int = 0, seed: int = 32) -> Lists:
        """Look at users: those chosen, and so many at random.

        Args:
            chosen: their ids, also of users that no training saw.
            random: how many more, drawn of those with a history and, where something is held out, with that too.
            seed: of the draw.

        Raises:
            DataError: nobody is asked for.
        """
        wanted = dict.fromkeys([*chosen, *self._drawn(random, seed)])
        if not wanted:
            raise DataError("nobody to look at: choose users, or how many to draw")
        return Lists(self._k, tuple(self._view(user_id) for user_id in wanted))

    def _drawn(self, count: int, seed: int) -> list[Id]:
        able = np.diff(self._learnt.indptr) > 0
        if self._held_out is not None and (able & (np.diff(self._held_out.indptr) > 0)).any():
            able &= np.diff(self._held_out.indptr) > 0
        rows = np.flatnonzero(able).astype(np.int32)
        drawn = np.random.default_rng(seed).choice(rows, min(count, len(rows)), replace=False)
        return [*self._events.user_ids.external(drawn)]

    def _view(self, user_id: Id) -> UserView:
        row = self._events.user_ids.row(user_id)
        held_out = None if self._held_out is None else self._next(row)
        hits = None if held_out is None else {had.item.item_id for had in held_out}
        lists = [self._list(name, recommender, user_id, hits) for name, recommender in self._recommenders.items()]
        length = _count(self._learnt, row)
        return UserView(
            user_id=user_id,
            known=self._known(user_id, row, length),
            features={name: value for name, of in self._events.user_features.items() if (value := _at(of, row))},
            history=tuple(self._catalogue.had(self._learnt, row, self._longest)) if length else (),
            history_length=length,
            held_out=None if held_out is None else tuple(held_out[: self._longest]),
            held_out_length=len(held_out or ()),
            models=tuple(lists),
            overlaps=overlaps_of(lists),
        )

    def _known(self, user_id: Id, row: int, length: int) -> Known:
        if row != UNKNOWN:
            return "history" if length else "no history"
        try:
            for recommender in self._recommenders.values():
                recommender.user_row(user_id)
        except UserNotFound:
            return "impossible"
        return "unknown"

    def _next(self, row: int) -> list[Had]:
        """Return what is held out of a user, with the reasons why no model can have it right."""
        if self._held_out is None or row == UNKNOWN:
            return []
        first, end = self._learnt.indptr[row : row + 2].tolist()
        seen: set[Id] = {*self._learnt.item_ids.external(self._learnt.items[first:end])}
        found = self._catalogue.had(self._held_out, row, _count(self._held_out, row))
        return [replace(had, remark=_remark(had, seen)) for had in found]

    def _list(self, name: str, recommender: Recommender, user_id: Id, hits: set[Id] | None) -> ModelList:
        try:
            found = recommender.recommend(Ask(user_id=user_id, k=self._k, explain=True))
        except UserNotFound:  # the API would say so too; the fallback is what such a person would see
            found = recommender.recommend(Ask(k=self._k, explain=True))
        items = tuple(
            Recommended(
                self._catalogue.item(detail.item_id, detail.users),
                detail.score,
                detail.source,
                None if hits is None else detail.item_id in hits,
                detail.trend,
                dict(detail.features),
            )
            for detail in found.details
        )
        return ModelList(name, recommender.manifest.version, found.source, items)


def _count(interactions: Interactions, row: int) -> int:
    return 0 if row == UNKNOWN else int(interactions.indptr[row + 1] - interactions.indptr[row])


def _at(values: Sequence[str | None], row: int) -> str | None:
    return None if row == UNKNOWN else values[row]


def _remark(had: Had, seen: set[Id]) -> str:
    if had.item.item_id in seen:
        return "seen before"
    return "" if had.item.views else "new item"
