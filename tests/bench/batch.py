"""Ten items for each of 100,000 users, seen ones removed, beside implicit's `recommend` of them all at once."""

from collections.abc import Iterator

import numpy as np
from implicit.als import AlternatingLeastSquares

from tests.bench.figures import Figure
from tests.bench.search_data import BATCH, batch
from tests.bench.timing import interleaved, medians, timed
from warmstart.inner_product import Vectors
from warmstart.recommender import Ask, Recommender

ROUNDS = 3
TOGETHER = 4_096  # asks of a call
K = 10


def figures() -> Iterator[Figure]:
    """Both answer in turn; each takes the threads that it wants."""
    made = batch()
    als = AlternatingLeastSquares(factors=made.items.shape[1], use_gpu=False)
    als.user_factors, als.item_factors = made.users, made.items
    users = np.arange(BATCH[0])
    measures = {
        "ours": timed(lambda: _answered(made.exact)),
        "product": timed(lambda: _multiplied(made.users, made.items)),
        "implicit": timed(lambda: als.recommend(users, made.seen, N=K)),
    }
    times = interleaved(measures, ROUNDS)
    middle = medians(times)
    yield Figure(
        name=f"batch, {BATCH[0]:,} users, {BATCH[1]:,} items",
        ms=middle["ours"],
        peer="implicit's recommend",
        peer_ms=middle["implicit"],
        limit=1,
        bound="all scores, none sorted",
        bound_ms=middle["product"],
        raw=times,
    )


def _multiplied(users: Vectors, items: Vectors) -> None:
    for start in range(0, len(users), TOGETHER):
        users[start : start + TOGETHER] @ items.T


def _answered(recommender: Recommender) -> None:
    """Ask for every user, external ids in and out."""
    ids = [*recommender.user_ids.external(np.arange(len(recommender.user_ids), dtype=np.int32))]
    for start in range(0, len(ids), TOGETHER):
        recommender.recommend_many([Ask(user_id=user, k=K) for user in ids[start : start + TOGETHER]])
