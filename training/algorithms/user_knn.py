"""User kNN as an inverted index: similarities are computed when somebody asks."""

import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

import numpy as np
from numpy.typing import NDArray

from training.algorithms.base import Share, Timed
from training.interactions import Interactions
from warmstart.artifact_writer import ArtifactWriter
from warmstart.scorer import Rows, Scores

if TYPE_CHECKING:
    import optuna


@dataclass
class UserKNN(Timed):
    """User-based collaborative filtering (Herlocker, Konstan, Borchers & Riedl, SIGIR 1999).

    What is compared is who had what, not how much of it, so that the index needs no number of its own for each pair.
    Neighbours' votes are raised to `amplification` (Breese, Heckerman & Kadie, UAI 1998).
    """

    scorer: ClassVar[str] = "user_knn"
    personal: ClassVar[bool] = True
    k: int = 100  # neighbours, who had something that the history has not
    weighting: Literal["cosine", "tfidf", "bm25"] = "bm25"
    K1: float = 100.0  # of bm25: how slowly weights saturate
    B: Share = 0.8  # of bm25: how much users with many items are held back
    amplification: float = 2.0  # the power to which a neighbour's similarity is raised
    idf: bool = False  # whether a candidate's score is multiplied by its rarity
    users_per_item: int = 10_000  # of an item with more users a sample is indexed
    indptr_: NDArray[np.int64] = field(init=False, repr=False)  # (n_items + 1,)
    users_: Rows = field(init=False, repr=False)  # (n,) item by item, ascending
    order_: Rows = field(init=False, repr=False)  # (n_users,) who is sampled first
    item_gains_: Scores = field(init=False, repr=False)  # (n_items,)
    user_gains_: Scores = field(init=False, repr=False)  # (n_users,)
    candidate_gains_: Scores = field(init=False, repr=False)  # (n_items,)

    def fit(self, interactions: Interactions, rng: np.random.Generator) -> Self:
        """Index each item's users, and weigh items and users as implicit does."""
        by_item = interactions.matrix(binary=True).tocsc()
        self.indptr_, self.users_ = by_item.indptr.astype(np.int64), by_item.indices
        self.order_ = rng.permutation(interactions.n_users).astype(np.int32)
        self.item_gains_, self.user_gains_ = self._gains(interactions)
        rarity = 1 + np.log((interactions.n_users + 1) / (interactions.popularity + 1))
        self.candidate_gains_ = (rarity if self.idf else np.ones_like(rarity)).astype(np.float32)
        return self

    def kept(self) -> int:
        """Return the users of an item that are indexed at most."""
        return self.users_per_item

    def most(self) -> int:
        """Return the users of the item that has most."""
        return int(np.diff(self.indptr_).max(initial=0))

    def keeping(self, count: int) -> "UserKNN":
        """Return the same with another number of users."""
        other = copy.copy(self)
        other.users_per_item = count
        return other

    def export(self, writer: ArtifactWriter) -> None:
        """Add `item_indptr` (n_items + 1,), `item_users` and gains."""
        lists = [self._sampled(item) for item in range(len(self.indptr_) - 1)]
        writer.array("item_indptr", np.cumsum([0, *map(len, lists)]))
        writer.array("item_users", np.concatenate(lists))
        writer.array("item_gains", self.item_gains_)
        writer.array("user_gains", self.user_gains_)
        writer.array("candidate_gains", self.candidate_gains_)

    @staticmethod
    def space(trial: "optuna.Trial") -> dict[str, Any]:
        """Return settings to try."""
        return {
            "weighting": trial.suggest_categorical("weighting", ["cosine", "tfidf", "bm25"]),
            "k": trial.suggest_int("k", 20, 500, log=True),
            "amplification": trial.suggest_float("amplification", 0.5, 4),
            "idf": trial.suggest_categorical("idf", [True, False]),
        }

    def _gains(self, interactions: Interactions) -> tuple[Scores, Scores]:
        """Return the gains of items and users whose product is implicit's similarity, but for the asker's own gain."""
        n_users, lengths = interactions.n_users, np.diff(interactions.indptr)
        idf = np.log(n_users) - np.log1p(interactions.popularity)
        shared = np.ones_like(idf) if self.weighting == "cosine" else idf**2
        if self.weighting == "bm25":
            relative = 1 - self.B + self.B * lengths / lengths.mean()
            gains = (self.K1 + 1) / (self.K1 * relative + 1)
        else:
            norms = np.sqrt(np.bincount(interactions.users, shared[interactions.items], n_users))
            gains = np.divide(1, norms, out=np.zeros(n_users), where=norms > 0)
        return shared.astype(np.float32), gains.astype(np.float32)

    def _sampled(self, item: int) -> Rows:
        """Return an item's users in the index. One order of all users decides: those who are kept share many lists."""
        users = self.users_[self.indptr_[item] : self.indptr_[item + 1]]
        if len(users) <= self.users_per_item:
            return users
        first = np.argpartition(self.order_[users], self.users_per_item)[: self.users_per_item]
        return np.sort(users[first])
