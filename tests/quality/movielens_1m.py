"""MovieLens 1M on the five random folds of Anelli et al. (UMAP 2022): ndcg@10 over all films not seen before."""

from collections.abc import Iterator

import polars as pl

from tests.bench.places import data_set
from tests.quality.figures import Entrant, Figure
from tests.quality.protocol import Protocol, events_of, held_back
from training.columns import ITEM_ID, USER_ID
from training.evaluation.folds import Fold

NAME = "movielens-1m"
SHAPE = (571_531, 5_949, 2_810)  # rows, users, films that the paper learns from and measures on
# The paper's settings, or the algorithm's own where it has none. EASE keeps more than by default, for what is published
# is the whole matrix.
EASE = Entrant("ease", {"regularization": 238.56, "keep": 1000}, goal=0.334, published=0.336)
ALS = Entrant("als", {"factors": 128, "alpha": 10.0, "regularization": 100.0}, goal=0.325, published=0.306)
RP3BETA = Entrant("rp3beta", {"k": 200, "alpha": 0.7, "beta": 0.4}, goal=0.315, published=0.315)
BLEND = {"ranker": "blend", "labels": "share", "windows": 1}  # weights from a fifth of what is learnt from
ENTRANTS = (
    Entrant("popular", published=0.159),
    EASE,
    Entrant("item_knn, cosine", {"weighting": "cosine", "k": 95}, "item_knn", goal=0.290, published=0.292),
    Entrant("item_knn, tfidf", {}, "item_knn"),
    Entrant("user_knn", {"k": 117}, goal=0.310, published=0.315),
    ALS,
    Entrant("bpr", published=0.275),
    Entrant("lightfm"),
    RP3BETA,
    Entrant("blend", BLEND, "two_stage", goal=0.345, published=0.336, stages=(ALS, EASE, RP3BETA)),
)


def figures() -> Iterator[Figure]:
    """Measure on all five folds."""
    yield from Protocol(NAME, folds(), "ndcg", 10).figures(ENTRANTS)


def folds() -> Iterator[Fold]:
    """Cut the folds, which the data set holds as their test rows."""
    folder = data_set(NAME)
    rated = pl.read_parquet(folder / "ratings.parquet").filter(pl.col("rating") >= 4)
    full = k_core(rated.select(USER_ID, ITEM_ID), 10)
    check_shape(full, SHAPE)
    events, tests = events_of(full), pl.read_parquet(folder / "anelli_test_folds.parquet")
    for number, (_, test) in enumerate(tests.sort("fold").group_by("fold", maintain_order=True), 1):
        marked = full.join(test.with_columns(held=True), on=[USER_ID, ITEM_ID], how="left", maintain_order="left")
        yield held_back(number, events, marked["held"].fill_null(value=False).to_numpy())


def k_core(pairs: pl.DataFrame, k: int) -> pl.DataFrame:
    """Leave out users and items with fewer than k rows until there are none."""
    while True:
        kept = pairs.filter(pl.len().over(USER_ID) >= k).filter(pl.len().over(ITEM_ID) >= k)
        if len(kept) == len(pairs):
            return kept
        pairs = kept


def check_shape(pairs: pl.DataFrame, expected: tuple[int, int, int]) -> None:
    """Raise ValueError where rows, users and items are not as many as those that were published on."""
    found = len(pairs), pairs[USER_ID].n_unique(), pairs[ITEM_ID].n_unique()
    if found != expected:
        raise ValueError(f"rows, users and items are {found}, and should be {expected}: another version of the data?")
