"""Queries with their candidates, as a second stage learns from them."""

from dataclasses import replace

import numpy as np
import pytest

from training.evaluation.accuracy import accuracy
from training.ranking.blending import fitted_blend
from training.ranking.examples import ANY, Examples, K
from warmstart.errors import DataError


def examples(
    right: list[list[int]], features: list[list[float]] | None = None, had: list[int] | None = None
) -> Examples:
    """Make queries of what is right among their candidates; features are two scores a candidate."""
    flat = [value for query in right for value in query]
    shown = np.zeros((len(flat), 2), np.float32) if features is None else np.array(features, np.float32)
    lengths = np.array([len(query) for query in right])
    counts = np.array([sum(query) for query in right]) if had is None else np.array(had)
    return Examples(
        ("a", "b"), slice(2), shown, np.array(flat, np.bool_), lengths, counts, np.zeros(len(right), np.bool_)
    )


def test_ndcg_is_that_of_the_evaluation() -> None:
    """Queries of different lengths, some with more right than candidates, score as whole answers do."""
    rng = np.random.default_rng(1)
    right = [[int(rng.random() < 0.2) for _ in range(length)] for length in (1, 3, 12, 40, 7)]
    made = examples(right, had=[2, 3, 14, 9, 1])
    scores = rng.random(63)
    hits, start = np.zeros((5, K), np.bool_), 0
    for line, query in zip(hits, right, strict=True):
        order = np.argsort(-scores[start : start + len(query)])[:K]
        line[: len(order)] = np.array(query, np.bool_)[order]
        start += len(query)
    assert made.ndcg(scores) == pytest.approx(accuracy(hits, made.had)["ndcg"](K))


def test_only_queries_with_right_and_wrong_candidates_tell_anything() -> None:
    """All right or all wrong is the same in any order."""
    telling = examples([[1, 1], [0, 0], [0, 1, 0], [1]]).telling
    assert telling.lengths.tolist() == [3]
    assert telling.right.tolist() == [False, True, False]


def test_nothing_right_is_an_error() -> None:
    """Where no candidate was right there is nothing to learn."""
    with pytest.raises(DataError, match="nobody's candidates hold"):
        _ = examples([[0, 0], [0]]).telling


def test_fewer_wrong_leaves_all_that_is_right() -> None:
    """A share of the wrong candidates is drawn, and every query keeps what was right."""
    made = examples([[1, *[0] * 500], [0, 1, *[0] * 499]])
    fewer = made.with_fewer_wrong(0.4, np.random.default_rng(0))
    assert fewer.right.sum() == 2
    assert fewer.lengths.sum() == len(fewer.features) == len(fewer.right)
    assert 0.3 < (len(fewer.right) - 2) / 999 < 0.5


def test_a_blend_takes_from_each_what_it_is_right_about() -> None:
    """A stage that is always wrong gets no weight, one that is right all of it."""
    features = [[0.6, 0.0], [0.4, 1.0], [0.9, 0.1], [0.2, 1.0]]
    blend = fitted_blend(examples([[1, 0], [1, 0]], features))
    assert blend.weights.sum() == pytest.approx(1)
    assert blend.weights[0] > blend.weights[1]
    assert blend.scores(np.array(features, np.float32)) == pytest.approx(np.array(features) @ blend.weights)


def test_recalls_are_of_the_first_of_each_list() -> None:
    """Reciprocal ranks 1, 1/2, 1/3 and none (0): a candidate counts as far down as its place, and none never."""
    ranks: list[list[float]] = [[1, 0], [1 / 2, 1], [1 / 3, 0], [0, 1 / 2], [0, 1], [1, 0]]
    made = examples([[1, 0, 1, 1], [1, 0]], ranks, had=[4, 1])  # one of the first query's is no candidate
    named = replace(made, names=("a reciprocal rank", "b reciprocal rank"))
    assert named.recalls(1) == {"a": 1 / 5, "b": 1 / 5, ANY: 2 / 5}
    assert named.recalls(2) == {"a": 1 / 5, "b": 2 / 5, ANY: 3 / 5}
    assert named.recalls(3) == {"a": 2 / 5, "b": 2 / 5, ANY: 4 / 5}


def test_every_place_of_a_long_list_is_told_from_the_next() -> None:
    """As far as a list may reach, with what 1 / place loses in 32 bits."""
    places = np.arange(1, 1_001)
    ranks = [[1 / place, 0.0] for place in places.tolist()]
    named = replace(examples([[1] * 1_000], ranks), names=("a reciprocal rank", "b reciprocal rank"))
    assert [round(named.recalls(most)["a"] * 1_000) for most in places.tolist()] == places.tolist()
