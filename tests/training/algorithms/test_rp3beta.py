"""RP3beta against its formula, written out."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.training.algorithms.matrices import (
    N_ITEMS,
    N_USERS,
    NO_CHANCE,
    exported,
    learnt,
    matrix,
    scores,
    served,
)
from training.algorithms import rp3beta
from training.algorithms.rp3beta import RP3beta

ALPHA, BETA, K = 0.6, 0.3, 8


def walked(table: NDArray[np.float64], k: int = K) -> NDArray[np.float64]:
    """Return the weights by the formula: (n_items, n_items) from source to target."""
    from_item = (table / table.sum(axis=0)).T ** ALPHA
    from_user = (table / table.sum(axis=1, keepdims=True)) ** ALPHA
    weights = from_item @ from_user / (table > 0).sum(axis=0) ** BETA
    np.fill_diagonal(weights, 0)
    weights[weights < np.sort(weights, axis=0)[-k]] = 0
    total = weights.sum(axis=1, keepdims=True)
    return np.divide(weights, total, out=np.zeros_like(weights), where=total > 0)


def fitted(table: NDArray[np.float64], *, strangers: int = 0, k: int = K) -> NDArray[np.float32]:
    """Return the weights that training finds."""
    model = RP3beta(k=k, alpha=ALPHA, beta=BETA).fit(learnt(table, strangers=strangers), NO_CHANCE)
    found: NDArray[np.float32] = model.weights_.toarray()
    return found


@pytest.mark.parametrize("binary", [True, False])
def test_weights_are_the_formula_s(binary: bool, tmp_path: Path) -> None:
    """Steps to the power alpha over popularity to the power beta, of interactions or of their weights."""
    table = matrix()
    served("rp3beta", table, tmp_path, k=K, alpha=ALPHA, beta=BETA, binary=binary)
    np.testing.assert_allclose(exported(tmp_path).toarray(), walked((table > 0) * 1.0 if binary else table), rtol=1e-4)


def test_a_target_keeps_its_k_strongest_and_a_source_gives_one() -> None:
    """Of each target there are k sources; what leaves a source, if anything does, sums to 1."""
    found = fitted(matrix())
    assert (np.count_nonzero(found, axis=0) == K).all()
    np.testing.assert_allclose(found.sum(axis=1)[found.any(axis=1)], 1, rtol=1e-5)


@pytest.mark.parametrize("numbers", [1, 4 * N_ITEMS])
def test_blocks_are_no_part_of_the_answer(numbers: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Block by block of targets, of which the last is shorter, the weights are the same."""
    monkeypatch.setattr(rp3beta, "BLOCK", numbers)
    np.testing.assert_allclose(fitted(matrix()), walked((matrix() > 0) * 1.0), rtol=1e-4)


def test_a_score_is_the_sum_over_the_history(tmp_path: Path) -> None:
    """What is served adds up what each item of the history says."""
    table = matrix()
    recommender = served("rp3beta", table, tmp_path, k=K, alpha=ALPHA, beta=BETA)
    expected = np.where(table > 0, 0, (table > 0) @ walked((table > 0) * 1.0))
    found = np.stack([scores(recommender, user) for user in range(N_USERS)])
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)


def test_who_had_nothing_and_what_goes_with_nothing_make_no_nan() -> None:
    """Users without a history change no weight, and an item whose only user had nothing else has none."""
    table = matrix()
    np.testing.assert_array_equal(fitted(table, strangers=5), fitted(table))
    alone = np.zeros((N_USERS + 1, N_ITEMS + 1))
    alone[:-1, :-1], alone[-1, -1] = table, 1
    found = fitted(alone)
    assert np.isfinite(found).all()
    assert not found[-1].any()
    assert not found[:, -1].any()
