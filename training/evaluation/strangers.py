"""The people of a fold asked for as if nobody knew them: what is a history worth, and what are features?

`warm` is told their features and `cold` nothing, in place of their stored histories. What they had is excluded, as it
is for them who they are, so that all three lists are of the same items and have the same right answers.

It says what the model answers such people, not how well it knows kinds of people that it has never met: it has learnt
from these people's histories, which may make its vectors of their features a little too good. People of whom it has
learnt nothing are held back by `training.evaluation.cold`, for models that can answer by features.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from training.evaluation.answers import answered
from training.evaluation.comparison import Values
from training.evaluation.measure import K
from training.evaluation.metrics import per_user
from training.evaluation.people import histories
from training.evaluation.splits import Mask
from training.evaluation.truth import Truth
from training.interactions import Events
from warmstart.fallback import Features
from warmstart.ids import Id
from warmstart.recommender import Ask, Recommender
from warmstart.scorer import Rows

MOST = 1000  # people: more take a noticeable part of a quick model's training


@dataclass(frozen=True, eq=False)
class Strangers:
    """People of a fold, with what they had before and what is known of them."""

    truth: Truth  # of all people of the fold
    drawn: NDArray[np.int64]  # (s,) places among them, ascending
    had: Sequence[Sequence[Id]]  # (s,) items
    told: Sequence[Features]  # (s,) empty where nothing is known

    @classmethod
    def of(cls, events: Events, learn: Mask, truth: Truth, seed: int) -> Self:
        """Draw people, all where they are few.

        Args:
            events: with the features.
            learn: (n,) which of them came before the fold.
            truth: what the fold holds.
            seed: of the draw.
        """
        order = np.random.default_rng(seed).permutation(len(truth.users))
        drawn = np.sort(order[:MOST])
        users = truth.users[drawn]
        return cls(truth, drawn, _had(events, learn, users), _told(events, users))

    def ndcg(self, recommender: Recommender) -> dict[str, Values]:
        """Return ndcg of the answers to each kind of stranger: (u,) of the fold's people, nan for who is not asked for.

        Nobody is warm where nothing is known of anybody.
        """
        known = np.array([bool(features) for features in self.told], np.bool_)
        warm = {"warm": self._asked(recommender, known, told=True)} if known.any() else {}
        return {**warm, "cold": self._asked(recommender, np.ones_like(known), told=False)}

    def _asked(self, recommender: Recommender, chosen: Mask, *, told: bool) -> Values:
        places = np.flatnonzero(chosen).tolist()
        asks = [Ask(features=self.told[at] if told else {}, exclude=self.had[at], k=K) for at in places]
        items, _ = answered(recommender, asks, self.truth.catalogue, K)
        found = np.full(len(self.truth.users), np.nan)
        asked = self.drawn[places]
        found[asked] = per_user(("ndcg",), (K,), items, self.truth.at(asked))[f"ndcg@{K}"]
        return found


def _had(events: Events, learn: Mask, users: Rows) -> list[Sequence[Id]]:
    items, lengths = histories(events, learn, users)
    return [events.item_ids.external(rows) for rows in np.split(items, np.cumsum(lengths)[:-1])]


def _told(events: Events, users: Rows) -> list[Features]:
    columns = events.user_features
    return [
        {name: value for name, values in columns.items() if (value := values[user]) is not None}
        for user in users.tolist()
    ]
