"""The search over item vectors is that of a full sort of all inner products, and looks at few of them where it can."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.layers.item_searches import FIRST, TOGETHER, asks, by_length, some_items, sorted_whole
from warmstart.inner_product import Vectors
from warmstart.scorer import Query, Ranking, Scores
from warmstart.trend import Prior, positive, softplus

pytestmark = pytest.mark.usefixtures("small_blocks")


class Case(NamedTuple):
    """Items and who asks for them."""

    items: Vectors  # (n, d)
    vectors: Vectors  # (m, d)
    queries: list[Query]  # (m,)


def same(found: Ranking, expected: Ranking) -> bool:
    """Tell whether two rankings are equal, to the last bit of their scores."""
    return (found.rows.tolist(), found.scores.tolist()) == (expected.rows.tolist(), expected.scores.tolist())


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


def test_a_later_block_can_bring_the_last_of_the_k() -> None:
    """What is better than the k-th best alone takes its place, from whichever block."""
    vectors = np.full((FIRST + 1, 2), [0, 10], np.float32)
    vectors[0], vectors[-1] = [10, 0], [6, 8]  # all are of the same length, so none moves
    found = by_length(vectors).best(np.eye(2, dtype=np.float32)[:1], [asks(2)])[0]
    assert found.rows.tolist() == [0, FIRST]
