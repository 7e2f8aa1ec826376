"""Item kNN, through implicit."""

import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

import numpy as np
from implicit.nearest_neighbours import BM25Recommender, CosineRecommender, ItemItemRecommender, TFIDFRecommender
from implicit.utils import ParameterWarning
from scipy import sparse

from training.algorithms.base import Forgetful, Share
from training.algorithms.item_weights import write_sparse
from training.interactions import Interactions
from training.memory import refuse_over
from warmstart.artifact_writer import ArtifactWriter
from warmstart.errors import DataError

if TYPE_CHECKING:
    import optuna

TRIPLE = 20  # bytes of a weight in implicit: two rows and a float64, and room to sort


@dataclass
class ItemKNN(Forgetful):
    """Item-based collaborative filtering (Sarwar, Karypis, Konstan & Riedl, WWW 2001).

    The score of an item is the sum of its similarities to those of its own k nearest that the history holds. implicit's
    `recommend` takes the k nearest of each item of the history instead, as Deshpande & Karypis do (TOIS 22(1), 2004).
    """

    scorer: ClassVar[str] = "item_item"
    personal: ClassVar[bool] = True
    k: int = 100
    weighting: Literal["cosine", "tfidf", "bm25"] = "tfidf"
    K1: float = 100.0  # of bm25: how slowly weights saturate
    B: Share = 0.8  # of bm25: how much popular items are held back
    binary: bool = True  # every interaction counts as 1
    weights_: sparse.csr_matrix = field(init=False, repr=False)  # (n_items, n_items) from source to target

    def fit(self, interactions: Interactions, rng: np.random.Generator) -> Self:  # noqa: ARG002 nothing is random here
        """Find each item's nearest.

        Raises:
            DataError: memory is short.
        """
        k = min(self.k, interactions.n_items - 1) + 1  # an item is its own nearest
        what = f"item_knn with {interactions.n_items:,} items and k = {self.k:,}"
        if k * interactions.n_items >= 2**31:
            raise DataError(f"{what}: implicit counts weights with 32 bits; take a smaller k")
        refuse_over(TRIPLE * k * interactions.n_items, what)  # so much it takes, however few there are
        model = self._model(k)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ParameterWarning)  # about a matrix that implicit makes itself
            model.fit(self._matrix(interactions), show_progress=False)
        nearest = model.similarity.tocsr()  # (n_items, n_items) each row an item's nearest, itself among them
        nearest.setdiag(0)
        nearest.eliminate_zeros()
        self.weights_ = nearest.T.tocsr()
        return self

    def export(self, writer: ArtifactWriter) -> None:
        """Add the weights."""
        write_sparse(writer, self.weights_)

    @staticmethod
    def space(trial: "optuna.Trial") -> dict[str, Any]:
        """Return settings to try."""
        weighting = trial.suggest_categorical("weighting", ["cosine", "tfidf", "bm25"])
        return {
            "weighting": weighting,
            "k": trial.suggest_int("k", 10, 500, log=True),
            "binary": trial.suggest_categorical("binary", [True, False]),
        }

    def _matrix(self, interactions: Interactions) -> sparse.csr_matrix:
        """Return what is compared. Who had all items but one has an idf of 0, and implicit would divide 0 by 0."""
        matrix = self.matrix(interactions, binary=self.binary)
        if self.weighting == "tfidf":
            tells = np.diff(interactions.indptr) != interactions.n_items - 1
            matrix = (sparse.diags(tells.astype(np.float32)) @ matrix).tocsr()
            matrix.eliminate_zeros()
        return matrix

    def _model(self, k: int) -> ItemItemRecommender:
        if self.weighting == "bm25":
            return BM25Recommender(K=k, K1=self.K1, B=self.B)
        return (CosineRecommender if self.weighting == "cosine" else TFIDFRecommender)(K=k)
