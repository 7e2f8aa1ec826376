"""Gowalla's check-ins as LightGCN (He et al., SIGIR 2020) split them: Recall@20 over all places not seen before."""

from collections.abc import Iterator

import numpy as np
import polars as pl

from tests.bench.places import data_set
from tests.quality.figures import Entrant, Figure
from tests.quality.protocol import Protocol, events_of, held_back

NAME = "gowalla"
ENTRANTS = (
    Entrant("popular"),
    Entrant("item_knn", published=0.1570),
    # Chosen on the training rows alone: a tenth of them held back at random, one setting after the other.
    Entrant("user_knn", {"k": 300, "B": 0.65, "amplification": 1.75}, goal=0.1765),
    Entrant("rp3beta"),
    # The best of 40, 70, 120 and 200 on the same rows.
    Entrant("ease", {"regularization": 70.0, "keep": 400}, goal=0.1765, published=0.1765),
)


def figures() -> Iterator[Figure]:
    """Measure the family; EASE takes 7 GB of memory and a quarter of an hour."""
    folder = data_set(NAME)
    train, test = (pl.read_parquet(folder / f"{part}.parquet") for part in ("train", "test"))
    events = events_of(pl.concat([train, test]))
    fold = held_back(1, events, np.arange(len(train) + len(test)) >= len(train))
    yield from Protocol(NAME, [fold], "recall", 20).figures(ENTRANTS)
