"""Queries with their candidates, as a second stage learns from them."""

import numpy as np
import pytest

from training.evaluation.accuracy import accuracy
from training.ranking.blending import fitted_blend
from training.ranking.examples import Examples, K
from warmstart.errors import DataError


def examples(
    right: list[list[int]], features: list[list[float]] | None = None, had: list[int] | None = None
) -> Examples:
    """Make queries of what is right among their candidates; features are two shares a candidate."""
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
