"""How large a version is: its arrays, counted by what they hold for each user, each item and each interaction.

Ids are integers, weights all 1. Left out is what does not grow: headers, names, an encoder's own file (some MB). Where
a list or a row of weights may be shorter, it is taken to be full.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

ID, START, INT, REAL, HALF = 8, 8, 4, 4, 2  # bytes: int64 ids and offsets, int32, float32, float16
SHORT_ROWS = 2**16  # items that rows of two bytes can name
LINKS = 16  # of a node of HNSW; twice as many on its lowest level


@dataclass(frozen=True, kw_only=True)
class Market:
    """How many of everything, and what models keep of it."""

    users: int
    items: int
    interactions: int
    timed: bool = True  # ages of events are kept
    factors: int = 64
    hidden: int = 128  # what an item puts into dssm's tower of histories
    neighbours: int = 100  # of an item, item_knn's k
    listed: int = 100  # items of a ready list

    @property
    def row(self) -> int:
        """Bytes of a number of an item."""
        return 2 if self.items <= SHORT_ROWS else INT


@dataclass(frozen=True)
class Bytes:
    """A version's bytes, by what they grow with."""

    users: float
    items: float
    interactions: float

    @property
    def total(self) -> float:
        """All together."""
        return self.users + self.items + self.interactions


def als(market: Market) -> Bytes:
    """Vectors of both, items' lengths, rows and places, the gram matrix."""
    vector = market.factors * REAL
    return _personal(market, user=vector, item=vector + 3 * INT, fixed=market.factors * vector)


def als_hnsw(market: Market) -> Bytes:
    """The same with an index beside the vectors; a node is as long as a vector and one number more."""
    exact = als(market)
    return Bytes(exact.users, exact.items + market.items * hnsw_node(market.factors), exact.interactions)


def hnsw_node(factors: int) -> float:
    """Bytes of an item in hnswlib's file, on average: its lowest level, and one in fifteen on a higher one."""
    lowest = 2 * LINKS * INT + INT + (factors + 1) * REAL + ID
    return lowest + INT + (LINKS * INT + INT) / (LINKS - 1)


def item_knn(market: Market) -> Bytes:
    """For each item the nearest ones and their weights."""
    return _personal(market, item=START + market.neighbours * (market.row + REAL))


def user_knn(market: Market) -> Bytes:
    """An inverted index of who had what, and gains; uncut, as where no item has more users than are indexed."""
    return _personal(market, user=REAL, item=START + 2 * REAL, interaction=INT)


def dssm(market: Market) -> Bytes:
    """What items put into a network, and their vectors: nothing is kept of a user but the history."""
    return _personal(market, item=(market.hidden + market.factors) * REAL + 3 * INT)


def lists(market: Market) -> Bytes:
    """A ready list for each user, rows and scores."""
    return _shared(market, user=START + market.listed * (market.row + REAL))


MODELS: Mapping[str, Callable[[Market], Bytes]] = {
    "als": als,
    "als, hnsw": als_hnsw,
    "item_knn": item_knn,
    "user_knn": user_knn,
    "dssm": dssm,
    "MODEL_offline": lists,
}


def _personal(
    market: Market, *, user: float = 0.0, item: float = 0.0, interaction: float = 0.0, fixed: float = 0.0
) -> Bytes:
    """Add what a model holds for each to what every personal one holds: ages of events, where times are known."""
    ages = HALF if market.timed else 0
    return _shared(market, user=user, item=item, interaction=interaction + ages, fixed=fixed)


def _shared(
    market: Market, *, user: float = 0.0, item: float = 0.0, interaction: float = 0.0, fixed: float = 0.0
) -> Bytes:
    """Add ids, histories, popularity and the fallback."""
    return Bytes(
        users=market.users * (ID + START + user),
        items=market.items * (ID + 2 * INT + item) + fixed,
        interactions=market.interactions * (market.row + interaction),
    )
