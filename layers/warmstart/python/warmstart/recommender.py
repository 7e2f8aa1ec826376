"""External ids in and out: seen items removed, the unknown answered from the fallback, exactly k items."""

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from warmstart.artifact import Artifact
from warmstart.errors import ItemNotFound, SimilarNotSupported
from warmstart.fallback import Fallback, Features, first_allowed
from warmstart.histories import Event, Histories
from warmstart.ids import UNKNOWN, Id, load_ids, rows_of, user_row
from warmstart.init_times import InitTimes
from warmstart.manifest import Manifest, last_event_of
from warmstart.row_ranges import refuse_out_of_range
from warmstart.scorer import (
    NO_ROWS,
    Explains,
    Query,
    Ranking,
    RanksMany,
    Reason,
    Rows,
    Scorer,
    Similar,
    Trending,
)
from warmstart.trend import recency


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What a caller wants, in external ids."""

    user_id: Id | None = None
    history: Sequence[Event] = ()  # appended to the stored one
    features: Features = field(default_factory=dict)
    exclude: Sequence[Id] = ()
    only: Sequence[Id] | None = None
    k: int = 10
    explain: bool = False


class Detail(NamedTuple):
    """One recommended item, with its reasons."""

    item_id: Id
    score: float | None  # None where the fallback chose it
    source: str  # "model", or the name of the fallback
    because: list[tuple[Id, float]]  # events of the history and their shares of the score
    neighbours: int | None  # of the like-minded users that the answer was drawn from, how many had it
    users: int  # distinct users with this item in training
    trend: bool  # whether it would not be among the k without its trend
    features: Mapping[str, float] = MappingProxyType({})  # what a ranker saw -> its part in the score, largest first


class Recommendation(NamedTuple):
    """The answer to an Ask, best first."""

    items: list[Id]
    rows: Rows  # the same items' rows
    source: str  # "model", "mixed", or the name of the fallback
    ignored_items: int  # events of the request's history whose item is not known
    details: list[Detail]


class Recommender:
    """One artifact, its scorer, and everything around a ranking that is the same for every family."""

    def __init__(self, artifact: Artifact, scorer: Scorer) -> None:
        self.manifest = artifact.manifest
        self.scorer = scorer
        self._untrended = scorer.without_trend() if "trend" in artifact and isinstance(scorer, Trending) else None
        self._explaining = scorer if isinstance(scorer, Explains) else None
        self.item_ids = load_ids(artifact, "item_ids")
        self.user_ids = load_ids(artifact, "user_ids")
        self._histories = Histories.load(artifact, len(self.user_ids))
        self._fallback = Fallback.load(artifact, len(self.user_ids), len(self.item_ids))
        self._popularity = artifact.array("popularity", np.int32, len(self.item_ids))
        self._last_event = last_event_of(artifact.manifest.dataset)
        self._half_life = float(artifact.manifest.params.get("history_half_life", 0.0))  # of events, in days; 0: none
        self._typical_weight = float(artifact.manifest.dataset.get("typical_weight", 1.0))

    @classmethod
    def open(
        cls, folder: Path, manifest: Manifest, scorer: type[Scorer], times: InitTimes | None = None
    ) -> "Recommender":
        """Open an artifact and check that it holds what its scorer reads; raise Incompatible where it does not."""
        times = times or InitTimes()
        with times.part("Map"):
            artifact = Artifact.open(folder, manifest)
        with times.part("SelfCheck"):
            opened = cls(artifact, scorer.load(artifact))
            refuse_out_of_range(artifact, len(opened.user_ids), len(opened.item_ids))
            return opened

    def without_reasons(self) -> Self:
        """Return the same with plain details, items, scores and sources, which cost little; what it reads is shared."""
        plain = copy(self)
        plain._explaining, plain._untrended = None, None
        return plain

    def recommend(self, ask: Ask) -> Recommendation:
        """Answer one Ask; raise UserNotFound for an id outside the id domain."""
        query, ignored = self.query(ask)
        return self._answer(ask, query, self.scorer.rank(query), ignored)

    def recommend_many(self, asks: Sequence[Ask]) -> list[Recommendation]:
        """Answer many; the same answers as one at a time, faster where the scorer can."""
        queries = [self.query(ask) for ask in asks]
        rankings = self._ranked([query for query, _ in queries])
        return [
            self._answer(ask, query, ranking, ignored)
            for ask, (query, ignored), ranking in zip(asks, queries, rankings, strict=True)
        ]

    def rankings(self, users: Rows, k: int) -> list[Ranking | None]:
        """Rank for users of training, by row: what an answer to them begins with, before the fallback fills it."""
        asks = (Ask(user_id=user_id, k=k) for user_id in self.user_ids.external(users))
        return self._ranked([self.query(ask)[0] for ask in asks])

    def similar(self, item_id: Id, k: int) -> list[Id]:
        """Return the items most like one item.

        Raises:
            SimilarNotSupported: the model does not know what is alike.
            ItemNotFound: no such item.
        """
        if not isinstance(self.scorer, Similar):
            raise SimilarNotSupported(self.manifest.model)
        row = self.item_ids.row(item_id)
        if row == UNKNOWN:
            raise ItemNotFound
        ranking = self.scorer.similar(row, np.array([row], np.int32), k)
        return [*self.item_ids.external(ranking.rows)]

    def user_row(self, user_id: Id) -> int:
        """Return a user's row, -1 for one that training did not see; raise UserNotFound outside the id domain."""
        return user_row(self.user_ids, user_id, self.manifest.id_bound)

    def seen_count(self, user_id: Id) -> int:
        """Count the items of a user's stored history."""
        return len(self._histories.of(self.user_row(user_id)).rows)

    def query(self, ask: Ask) -> tuple[Query, int]:
        """Return an ask in rows, and how many events of its history are of unknown items; raise UserNotFound."""
        user = UNKNOWN if ask.user_id is None else self.user_row(ask.user_id)
        history = self._histories.of(user)
        rows = [self.item_ids.row(event.item_id) for event in ask.history]
        known = [place for place, row in enumerate(rows) if row != UNKNOWN]
        if known:
            history = history.extended(
                [ask.history[place] for place in known],
                [rows[place] for place in known],
                origin=self._last_event,
                typical_weight=self._typical_weight,
            )
        exclude = (
            history.rows if not ask.exclude else np.concatenate([history.rows, rows_of(self.item_ids, ask.exclude)])
        )
        query = Query(
            user=user,
            history=history.rows,
            weights=history.weights,
            ages=history.ages,
            recency=recency(history.ages, self._half_life),
            idle=history.idle,
            fresh=bool(known),
            features=ask.features,
            exclude=exclude,
            only=None if ask.only is None else rows_of(self.item_ids, ask.only),
            k=ask.k,
        )
        return query, len(ask.history) - len(known)

    def _ranked(self, queries: Sequence[Query]) -> list[Ranking | None]:
        if isinstance(self.scorer, RanksMany):
            return self.scorer.rank_many(queries)
        return [self.scorer.rank(query) for query in queries]

    def _answer(self, ask: Ask, query: Query, ranking: Ranking | None, ignored: int) -> Recommendation:
        chosen = ranking.rows if ranking else NO_ROWS
        name, filled = "", NO_ROWS
        missing = ask.k - len(chosen)
        if missing > 0:
            name, order = self._fallback.of(query.user, ask.features)
            filled = first_allowed(order, missing, len(self.item_ids), (chosen, query.exclude), query.only)
        rows = np.concatenate([chosen, filled]) if len(filled) else chosen
        source = name if not len(chosen) else "mixed" if len(filled) else "model"
        items: list[Id] = [*self.item_ids.external(rows)]
        details = self._details(query, ranking, rows, items, name) if ask.explain else []
        return Recommendation(items, rows, source, ignored, details)

    def _details(
        self, query: Query, ranking: Ranking | None, rows: Rows, items: list[Id], fallback: str
    ) -> list[Detail]:
        scores = ranking.scores.tolist() if ranking else []
        reasons: list[Reason] = []
        if ranking and self._explaining is not None:
            reasons = self._explaining.because(query, ranking.rows)
        reasons += [Reason()] * (len(rows) - len(reasons))
        lifted = self._lifted(query, ranking)
        counts: NDArray[np.int32] = self._popularity[rows]
        return [
            Detail(
                item_id=item,
                score=scores[place] if place < len(scores) else None,
                source="model" if place < len(scores) else fallback,
                because=list(zip(self.item_ids.external(reason.history), reason.shares.tolist(), strict=True)),
                neighbours=reason.neighbours,
                features=reason.features,
                users=int(counts[place]),
                trend=row in lifted,
            )
            for place, (item, row, reason) in enumerate(zip(items, rows.tolist(), reasons, strict=True))
        ]

    def _lifted(self, query: Query, ranking: Ranking | None) -> set[int]:
        """Return the ranked rows that would not be among the k without the trend."""
        if ranking is None or self._untrended is None:
            return set()
        untrended = self._untrended.rank(query)
        return {*ranking.rows.tolist()} - {*(untrended.rows.tolist() if untrended else ())}
