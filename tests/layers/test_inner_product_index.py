"""The search over item vectors beside an approximate index: as many items as without one, and in the same order."""

import numpy as np
import pytest

from tests.layers.item_searches import asks, by_length, some_items, sorted_whole
from warmstart.ann import Ann
from warmstart.inner_product import ItemVectors, Vectors
from warmstart.scorer import Rows
from warmstart.trend import Prior, positive, softplus

pytestmark = pytest.mark.usefixtures("small_blocks")


class Index(Ann):
    """Stands for an approximate index: exact, or finding too few; remembers how many were asked for."""

    def __init__(self, found: ItemVectors, *, finds: bool = True) -> None:
        self.asked: list[int] = []
        self.ef = 40
        self._found = found
        self._finds = finds

    def nearest(self, vector: Vectors, k: int) -> Rows | None:
        """Return the k best places."""
        self.asked.append(k)
        places: Rows = np.argsort(-(self._found.vectors @ vector), kind="stable")[:k].astype(np.int32)
        return places if self._finds else None


def test_an_index_is_asked_further_for_what_is_worth_more_now() -> None:
    """Items that a prior lifts are found behind those that the product alone puts first."""
    vectors = some_items(60)
    index = Index(by_length(vectors))
    prior = Prior(np.linspace(1, 0.1, 60, dtype=np.float32), softplus)
    vector, query = some_items(1, seed=1), asks(2)
    found = by_length(vectors, index).with_prior(prior).best(vector, [query])[0]
    assert index.asked == [40]
    assert found.rows.tolist() == np.argsort(-prior.fuse(vectors @ vector[0]), kind="stable")[:2].tolist()


def test_beside_an_index_what_is_wanted_most_is_looked_at() -> None:
    """An item opposite to the vector, which the index does not name, is the best by its factor above a floor."""
    vectors, vector = some_items(60), some_items(1, seed=1)
    items = by_length(vectors, Index(by_length(vectors)))
    farthest = int(np.argmin(vectors @ vector[0]))
    factors = np.full(60, 0.001, np.float32)
    factors[farthest] = 1
    found = items.with_prior(Prior(factors, positive, floor=100.0)).best(vector, [asks(1)])[0]
    assert found.rows.tolist() == [farthest]


@pytest.mark.parametrize(("exclude", "asked"), [([], 5), ([3, 9, 4], 8), ([*range(40)], 45), ([*range(58)], 60)])
def test_an_index_is_asked_for_what_will_be_left_out_too(exclude: list[int], asked: int) -> None:
    """With exclusion an index still gives k items, or all that are left."""
    vectors = some_items(60)
    index = Index(by_length(vectors))
    vector, query = some_items(1, seed=1), asks(5, exclude)
    found = by_length(vectors, index).best(vector, [query])[0]
    assert index.asked == [asked]
    assert found.rows.tolist() == sorted_whole(vectors, vector[0], query).rows.tolist()
    np.testing.assert_allclose(found.scores, vectors[found.rows] @ vector[0], rtol=1e-6)


def test_only_some_items_are_ranked_exactly() -> None:
    """An index is not asked where few items are allowed."""
    vectors = some_items(60)
    index = Index(by_length(vectors))
    vector, query = some_items(1, seed=1), asks(5, [8], [2, 8, 40, 11])
    found = by_length(vectors, index).best(vector, [query])[0]
    assert index.asked == []
    assert found.rows.tolist() == sorted_whole(vectors, vector[0], query).rows.tolist()
    assert len(found.rows) == 3


def test_where_an_index_finds_too_few_the_search_is_exact() -> None:
    """An index that has to give up costs time, not items."""
    vectors = some_items(60)
    index = Index(by_length(vectors), finds=False)
    vector, query = some_items(1, seed=1), asks(70, [8])
    found = by_length(vectors, index).best(vector, [query])[0]
    assert index.asked == [60]
    assert found.rows.tolist() == sorted_whole(vectors, vector[0], query).rows.tolist()


@pytest.mark.parametrize("exclude", [[], [*range(0, 60, 2)], [*range(60)]])
def test_a_real_index_gives_all_that_is_left(exclude: list[int]) -> None:
    """Where k and what is excluded exceed the items, every item that is left comes once, best first."""
    vectors = some_items(60)
    ordered = by_length(vectors)
    queried = some_items(3, seed=1)
    found = by_length(vectors, Ann.build(ordered.vectors, 10)).best(queried, [asks(100, exclude)] * 3)
    for vector, ranking in zip(queried, found, strict=True):
        assert ranking.rows.tolist() == sorted_whole(vectors, vector, asks(100, exclude)).rows.tolist()


def test_of_a_tie_an_index_gives_the_lower_row_first() -> None:
    """Equal vectors come in the order of their rows, however the graph met them."""
    vectors = np.ones((60, 4), np.float32)
    found = by_length(vectors, Ann.build(vectors, 60)).best(vectors[:1], [asks(60)])[0]
    assert found.rows.tolist() == [*range(60)]


def test_a_real_index_that_finds_too_few_costs_no_items() -> None:
    """Of a thousand equal vectors an index reaches a part; the answer holds them all."""
    vectors = np.zeros((1000, 4), np.float32)
    index = Ann.build(vectors, 10)
    vector = np.ones((1, 4), np.float32)
    assert index.nearest(vector[0], 1000) is None
    assert by_length(vectors, index).best(vector, [asks(1000)])[0].rows.tolist() == [*range(1000)]
