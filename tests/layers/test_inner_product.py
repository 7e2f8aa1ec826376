"""The search over item vectors is that of a full sort of all inner products, and looks at few of them where it can."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from warmstart import inner_product
from warmstart.ann import Ann
from warmstart.inner_product import ItemVectors, Vectors
from warmstart.scorer import NO_ROWS, Query, Ranking, Rows, Scores
from warmstart.trend import Prior, positive, softplus

FIRST, LARGEST, TOGETHER = 64, 128, 3


@pytest.fixture(autouse=True, scope="module")
def small_blocks() -> Iterator[None]:
    """Make blocks so small that a few items fill several of them."""
    with pytest.MonkeyPatch.context() as patch:
        for name, size in (("FIRST", FIRST), ("LARGEST", LARGEST), ("TOGETHER", TOGETHER)):
            patch.setattr(inner_product, name, size)
        yield


class Case(NamedTuple):
    """Items and who asks for them."""

    items: Vectors  # (n, d)
    vectors: Vectors  # (m, d)
    queries: list[Query]  # (m,)


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


def by_length(vectors: Vectors, ann: Ann | None = None) -> ItemVectors:
    """Return items as training writes them: longest first."""
    return ItemVectors.sorted(vectors)._replace(ann=ann)


def asks(k: int, exclude: Sequence[int] = (), only: Sequence[int] | None = None) -> Query:
    """Want k items of nobody in particular."""
    allowed = None if only is None else np.array(only, np.int32)
    return Query(
        user=-1,
        history=NO_ROWS,
        weights=np.empty(0, np.float32),
        ages=None,
        fresh=False,
        features={},
        exclude=np.array(exclude, np.int32),
        only=allowed,
        k=k,
    )


def sorted_whole(items: Vectors, vector: Vectors, query: Query) -> Ranking:
    """The reference: sort all rows by score; of a tie the longer vector is first, then the lower row."""
    scores, lengths = items @ vector, np.linalg.norm(items, axis=1)
    allowed = {*range(len(items))} if query.only is None else {*query.only.tolist()}
    rows = sorted(allowed - {*query.exclude.tolist()}, key=lambda row: (-scores[row], -lengths[row], row))[: query.k]
    return Ranking(np.array(rows, np.int32), scores[rows])


def same(found: Ranking, expected: Ranking) -> bool:
    """Tell whether two rankings are equal, to the last bit of their scores."""
    return (found.rows.tolist(), found.scores.tolist()) == (expected.rows.tolist(), expected.scores.tolist())


def some_items(n: int, d: int = 8, seed: int = 0) -> Vectors:
    """Return random vectors, half of their numbers below 0."""
    return np.random.default_rng(seed).normal(size=(n, d)).astype(np.float32)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Whole numbers, whose products are exact: many ties and zeros, equal lengths or falling ones, k beyond n."""
    n = draw(st.sampled_from([1, 2, 17, FIRST, FIRST + 1, 100, 500]))
    m, d = draw(st.integers(1, 2 * TOGETHER + 1)), draw(st.integers(1, 4))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    level = draw(st.sampled_from([0, 1, 3]))
    fall = draw(st.sampled_from([0, 2, 8]))
    items = rng.integers(-level, level, (n, d), endpoint=True) * 2 ** rng.integers(0, fall, (n, 1), endpoint=True)
    some = st.lists(st.integers(0, n - 1), max_size=30)
    queries = [asks(draw(st.integers(1, 9) | st.just(n + 5)), draw(some), draw(st.none() | some)) for _ in range(m)]
    return Case(items.astype(np.float32), rng.integers(-2, 3, (m, d)).astype(np.float32), queries)


@given(cases())
def test_it_is_a_full_sort_alone_and_together(case: Case) -> None:
    """Whatever is excluded, allowed, tied, below zero or zero, each query gets what a sort of all products gives."""
    items = by_length(case.items)
    together = items.best(case.vectors, case.queries)
    assert len(together) == len(case.queries)
    for vector, query, found in zip(case.vectors, case.queries, together, strict=True):
        expected = sorted_whole(case.items, vector, query)
        assert same(found, expected)
        assert same(items.best(vector[None], [query])[0], expected)
        assert found.rows.dtype == np.int32
        assert found.scores.dtype == np.float32


@given(cases(), st.integers(0, 2**32), st.sampled_from([positive, softplus]), st.sampled_from([0.0, 0.5, 8.0]))
def test_with_a_prior_it_is_a_full_sort_of_fused_scores(
    case: Case, seed: int, scale: Callable[[Scores], Scores], floor: float
) -> None:
    """The best by score times prior are found wherever they lie, alone and together; what is worth nothing is none."""
    prior = Prior(2.0 ** -np.random.default_rng(seed).integers(0, 9, len(case.items)).astype(np.float32), scale, floor)
    items, lengths = by_length(case.items).with_prior(prior), np.linalg.norm(case.items, axis=1)
    together = items.best(case.vectors, case.queries)
    for vector, query, found in zip(case.vectors, case.queries, together, strict=True):
        scores = prior.fuse(case.items @ vector)
        allowed = {*range(len(scores))} if query.only is None else {*query.only.tolist()}
        rows = sorted(allowed - {*query.exclude.tolist()}, key=lambda row: (-scores[row], -lengths[row], row))
        expected = [row for row in rows[: query.k] if scores[row] > 0]
        assert found.rows.tolist() == expected
        assert items.best(vector[None], [query])[0].rows.tolist() == expected


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


def test_queries_of_a_batch_get_as_many_as_each_wants() -> None:
    """Whoever wants few beside one who wants many changes nothing for either."""
    vectors, queried = some_items(500), some_items(4, seed=1)
    wanted = [asks(k) for k in (1, 3, 40, 600)]
    for vector, query, found in zip(queried, wanted, by_length(vectors).best(queried, wanted), strict=True):
        assert found.rows.tolist() == sorted_whole(vectors, vector, query).rows.tolist()


@pytest.mark.parametrize("vector", [[1.0, 2.0], [-1.0, 2.0], [0.0, 0.0]])
def test_of_equal_vectors_the_lower_row_is_first(vector: list[float]) -> None:
    """Items that cannot be told apart come in the order of their rows, over all blocks."""
    items = by_length(np.tile(np.array([3, 1], np.float32), (200, 1)))
    found = items.best(np.array([vector], np.float32), [asks(150, exclude=[2])])[0]
    assert found.rows.tolist() == [0, 1, *range(3, 151)]


def test_what_cannot_matter_is_not_looked_at() -> None:
    """Where lengths fall fast the search ends early, for each query of a batch on its own."""
    vectors = np.zeros((100, 2), np.float32)
    vectors[:, 0] = 0.5 ** np.arange(100)
    items = by_length(vectors)
    items.vectors[FIRST:, 0] = 1e9  # would win, if it were read; the lengths still say that it cannot
    first, second = items.best(np.eye(2, dtype=np.float32), [asks(3), asks(3)])
    assert first.rows.tolist() == [0, 1, 2]
    assert second.scores.tolist() == [0, 0, 0]


def test_where_too_few_are_left_the_search_goes_on() -> None:
    """Excluded items do not count as found: the next block is looked at for those that are missing."""
    vectors = np.zeros((100, 1), np.float32)
    vectors[:, 0] = 0.5 ** np.arange(100)
    found = by_length(vectors).best(np.ones((1, 1), np.float32), [asks(2, exclude=[*range(FIRST)])])[0]
    assert found.rows.tolist() == [FIRST, FIRST + 1]


def test_among_equal_lengths_the_last_may_be_the_best() -> None:
    """Where no length tells that items cannot matter, all are looked at."""
    angles = np.linspace(np.pi, 0, 100)
    items = by_length(np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32))
    items.lengths[:] = 1
    last = int(items.rows[-1])
    vector = items.vectors[-1:]
    assert items.best(vector, [asks(1)])[0].rows.tolist() == [last]


def test_rounding_ends_no_search_early() -> None:
    """A parallel vector whose product is a bit above that of the rounded lengths is still found."""
    vector = np.ones((1, 52), np.float32)
    better = np.full(52, 1.197265625, np.float32)  # all sums are exact; the product of the lengths is two steps lower
    worse = np.zeros(52, np.float32)
    worse[:2] = np.nextafter(better.sum(), np.float32(0)) / 2
    product = np.linalg.norm(vector, axis=1)[0] * np.linalg.norm(better[None], axis=1)[0]
    assert product < worse.sum() < better.sum()
    items = by_length(np.stack([worse, *[-worse] * (FIRST - 1), better]))
    for several in (1, 2):
        found = items.best(np.repeat(vector, several, axis=0), [asks(1)] * several)
        assert [ranking.rows.tolist() for ranking in found] == [[FIRST]] * several


def test_vectors_are_found_by_row() -> None:
    """Rows name the same vectors, wherever those lie."""
    vectors = some_items(30)
    rows = np.array([7, 0, 29, 7], np.int32)
    assert (by_length(vectors).of(rows) == vectors[rows]).all()


def test_alike_are_those_of_the_highest_cosine() -> None:
    """Similar items are sorted by the cosine, whatever their lengths, those excluded left out."""
    vectors = some_items(60) * np.linspace(0.01, 9, 60, dtype=np.float32)[:, None]
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    for item in range(60):
        barred = np.array([item, (item + 3) % 60], np.int32)
        cosines = unit @ unit[item]
        cosines[barred] = -2
        expected = np.argsort(-cosines, kind="stable")[:9]
        found = by_length(vectors).similar(item, barred, 9)
        assert found.rows.tolist() == expected.tolist()
        np.testing.assert_allclose(found.scores, cosines[expected], atol=1e-6)


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


def test_a_later_block_can_bring_the_last_of_the_k() -> None:
    """What is better than the k-th best alone takes its place, from whichever block."""
    vectors = np.full((FIRST + 1, 2), [0, 10], np.float32)
    vectors[0], vectors[-1] = [10, 0], [6, 8]  # all are of the same length, so none moves
    found = by_length(vectors).best(np.eye(2, dtype=np.float32)[:1], [asks(2)])[0]
    assert found.rows.tolist() == [0, FIRST]
