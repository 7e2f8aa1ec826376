"""RecTools' metrics under our names, set to the standard where RecTools has several."""

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
from rectools.metrics import (
    MAP,
    MRR,
    NDCG,
    AvgRecPopularity,
    CatalogCoverage,
    HitRate,
    IntraListDiversity,
    MeanInvUserFreq,
    PairwiseHammingDistanceCalculator,
    Precision,
    Recall,
    Serendipity,
)

from training.evaluation.beyond import genre_matrix

Kind = Callable[..., Any]  # called with k
KINDS: Mapping[str, Kind] = {
    "map": MAP,
    "ndcg": lambda k: NDCG(k=k, divide_by_achievable=True),
    "mrr": MRR,
    "precision": Precision,
    "recall": Recall,
    "hit_rate": HitRate,
    "novelty": MeanInvUserFreq,
    "serendipity": Serendipity,
    "coverage": lambda k: CatalogCoverage(k=k, normalize=True),
    "popularity": lambda k: AvgRecPopularity(k=k, normalize=True),
}
OWN = {"concentration"}  # RecTools has none


def kinds_of(genres: Any) -> dict[str, Kind]:
    """Return every kind of metric; diversity only where items have genres."""
    matrix = genre_matrix(genres)
    if matrix is None:
        return dict(KINDS)
    hamming = PairwiseHammingDistanceCalculator(pd.DataFrame(matrix.toarray()))
    return {**KINDS, "diversity": lambda k: IntraListDiversity(k=k, distance_calculator=hamming)}
