"""The top k is that of a full stable sort, however it is found."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from warmstart.topk import BLOCK, top_k


def sorted_whole(scores: NDArray[np.float32], k: int, exclude: list[int], only: list[int] | None) -> list[int]:
    """The reference: sort all rows by score, then by row, and drop what may not appear."""
    allowed = range(len(scores)) if only is None else set(only)
    rows = [row for row in allowed if row not in set(exclude)]
    return sorted(rows, key=lambda row: (-scores[row], row))[:k]


def rows(numbers: list[int]) -> NDArray[np.int32]:
    """Numbers as rows."""
    return np.array(numbers, np.int32)


@st.composite
def cases(draw: st.DrawFn) -> tuple[NDArray[np.float32], int, list[int], list[int] | None]:
    """Scores with many ties, some excluded, perhaps only some allowed, k from 1 to more than there are."""
    n = draw(st.sampled_from([1, 2, 5, BLOCK - 1, BLOCK, 5 * BLOCK, 9 * BLOCK + 7]))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    levels = draw(st.sampled_from([1, 2, 7, 10_000]))
    scores = rng.integers(-levels, levels, n).astype(np.float32)
    some = st.lists(st.integers(0, n - 1), max_size=30)
    return scores, draw(st.integers(1, 12) | st.just(n + 5)), draw(some), draw(st.none() | some)


@given(cases())
def test_it_is_a_full_sort(case: tuple[NDArray[np.float32], int, list[int], list[int] | None]) -> None:
    """Ties go to the lower row, each row comes once, none that is excluded, and only those that are allowed."""
    scores, k, exclude, only = case
    expected = sorted_whole(scores, k, exclude, only)
    ranking = top_k(scores.copy(), k, rows(exclude), None if only is None else rows(only))
    assert ranking.rows.tolist() == expected
    assert ranking.rows.dtype == np.int32
    assert ranking.scores.tolist() == scores[expected].tolist()


@pytest.mark.parametrize("step", [1, -1, 7919])
def test_of_many_the_best_few_are_found(step: int) -> None:
    """Wherever the best lie among many rows: at the end, at the start, or strewn about."""
    n = 100 * BLOCK + 1
    scores = (np.arange(n) * step % n).astype(np.float32)
    ranking = top_k(scores.copy(), 3, rows([]))
    assert ranking.scores.tolist() == [n - 1, n - 2, n - 3]
    assert scores[ranking.rows].tolist() == ranking.scores.tolist()


def test_everything_excluded_leaves_nothing() -> None:
    """No row is better than an excluded one."""
    ranking = top_k(np.ones(4, np.float32), 3, rows([0, 1, 2, 3]))
    assert (ranking.rows.tolist(), ranking.scores.tolist()) == ([], [])


@pytest.mark.parametrize("only", [[], [2], [2, 2]])
def test_only_excluded_ones_allowed_leave_nothing(only: list[int]) -> None:
    """An empty choice is no choice."""
    assert top_k(np.ones(4, np.float32), 3, rows([2]), rows(only)).rows.tolist() == []
