"""The same vectors in other libraries: what measures one user's answer there, seen items removed."""

import itertools
from collections.abc import Iterator
from typing import Any

import lightfm
import numpy as np
import pandas as pd
from implicit.als import AlternatingLeastSquares
from rectools import Columns
from rectools.dataset import Dataset
from rectools.models import ImplicitALSWrapperModel
from scipy import sparse

from tests.bench.timing import Measure, timed
from warmstart.inner_product import Vectors
from warmstart.scorer import Rows

K = 10


def peers(users: Vectors, items: Vectors, seen: sparse.csr_matrix, asked: Rows) -> dict[str, Measure]:
    """Return what measures each library, user by user of those that are asked for."""
    als = AlternatingLeastSquares(factors=items.shape[1], num_threads=1, use_gpu=False)
    als.user_factors, als.item_factors = users, items
    return {
        "implicit": _implicit(als, seen, itertools.cycle(asked.tolist())),
        "RecTools": _rectools(als, seen, itertools.cycle(asked.tolist())),
        "LightFM": _lightfm(users, items, seen, itertools.cycle(asked.tolist())),
    }


def _implicit(als: AlternatingLeastSquares, seen: sparse.csr_matrix, asked: Iterator[int]) -> Measure:
    def recommend() -> object:
        user = next(asked)
        return als.recommend(user, seen[user], N=K)

    return timed(recommend)


def _rectools(als: AlternatingLeastSquares, seen: sparse.csr_matrix, asked: Iterator[int]) -> Measure:
    pairs = seen.tocoo()
    columns = {Columns.User: pairs.row, Columns.Item: pairs.col, Columns.Weight: pairs.data}
    dataset = Dataset.construct(pd.DataFrame({**columns, Columns.Datetime: pd.Timestamp(0)}))
    model = ImplicitALSWrapperModel(als, recommend_n_threads=1)
    model.model, model.is_fitted = _in_order_of(dataset, als), True
    return timed(lambda: model.recommend([next(asked)], dataset, k=K, filter_viewed=True))


def _in_order_of(dataset: Dataset, als: AlternatingLeastSquares) -> AlternatingLeastSquares:
    """Return the same model with the rows of RecTools' own ids."""
    model = AlternatingLeastSquares(factors=als.factors, num_threads=1, use_gpu=False)
    model.user_factors = als.user_factors[dataset.user_id_map.external_ids]
    model.item_factors = als.item_factors[dataset.item_id_map.external_ids]
    return model


def _lightfm(users: Vectors, items: Vectors, seen: sparse.csr_matrix, asked: Iterator[int]) -> Measure:
    """Predict for all items, without biases; the best are found as its users do, by numpy."""
    model: Any = lightfm.LightFM(no_components=items.shape[1])
    model._initialize(items.shape[1], len(items), len(users))
    model.user_embeddings[:], model.item_embeddings[:] = users, items
    everything = np.arange(len(items), dtype=np.int32)

    def predict() -> object:
        user = next(asked)
        scores = model.predict(user, everything, num_threads=1)
        scores[seen[user].indices] = -np.inf
        found = np.argpartition(-scores, K)[:K]
        return found[np.argsort(-scores[found])]

    return timed(predict)
