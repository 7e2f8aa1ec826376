"""EASE against its closed form, and what is left of it in an artifact."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from safetensors.numpy import load_file

from tests.training.algorithms.matrices import N_ITEMS, N_USERS, NO_CHANCE, exported, learnt, matrix, scores, served
from training import memory
from training.algorithms import ease
from training.algorithms.ease import EASE
from warmstart.errors import DataError
from warmstart.manifest import ARRAYS
from warmstart.reasons import MOST
from warmstart.recommender import Ask, Recommender

REGULARIZATION = 4.0
HALF = -(-N_ITEMS // 2)


def closed_form(table: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return B = I - P diag(1 / diag(P)), in float64."""
    inverse = np.linalg.inv(table.T @ table + REGULARIZATION * np.eye(table.shape[1]))
    return np.eye(len(inverse)) - inverse / np.diagonal(inverse)


def fitted(table: NDArray[np.float64], *, keep: int = N_ITEMS, binary: bool = True) -> EASE:
    """Return EASE fitted on a matrix."""
    return EASE(regularization=REGULARIZATION, keep=keep, binary=binary).fit(learnt(table), NO_CHANCE)


@pytest.mark.parametrize("binary", [True, False])
def test_the_weights_are_the_closed_form(binary: bool) -> None:
    """They are those that numpy's inverse gives in float64, of the interactions or of their weights."""
    table = matrix()
    expected = closed_form((table > 0).astype(float) if binary else table)
    np.testing.assert_allclose(fitted(table, binary=binary).weights_, expected, atol=1e-4)


@pytest.mark.parametrize("numbers", [1, 4 * N_ITEMS, 7 * N_ITEMS])
def test_blocks_are_no_part_of_the_answer(numbers: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Worked on in many blocks, of which the last is shorter, the weights and what is kept of them are the same."""
    whole = served("ease", matrix(), tmp_path / "whole", keep=5)
    monkeypatch.setattr(ease, "BLOCK", numbers)
    np.testing.assert_allclose(fitted(matrix()).weights_, closed_form((matrix() > 0).astype(float)), atol=1e-4)
    parts = served("ease", matrix(), tmp_path / "parts", keep=5)
    assert parts.manifest.files == whole.manifest.files


@pytest.mark.parametrize("keep", [HALF - 1, HALF])
def test_scores_are_the_history_times_the_weights(keep: int, tmp_path: Path) -> None:
    """What is served, sparse or dense, is X B wherever that is above 0 and the user has not had the item."""
    table = matrix()
    recommender = served("ease", table, tmp_path, keep=keep, regularization=REGULARIZATION)
    weights = closed_form((table > 0).astype(float))
    if keep < HALF:
        weights = np.where(exported(tmp_path).toarray() != 0, weights, 0)
    expected = (table > 0) @ weights
    expected[(table > 0) | (expected < 0)] = 0
    found = np.stack([scores(recommender, user) for user in range(N_USERS)])
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_reasons_are_the_largest_parts_of_a_score(tmp_path: Path) -> None:
    """An item is there because of those of the history that add most to its score, with their share of what adds."""
    table = matrix()
    recommender = served("ease", table, tmp_path, keep=HALF, regularization=REGULARIZATION)
    weights = closed_form((table > 0).astype(float))
    for user in range(N_USERS):
        for detail in recommender.recommend(Ask(user_id=user, explain=True)).details:
            if detail.source == "model":
                parts = np.maximum(np.where(table[user] > 0, weights[:, int(detail.item_id)], 0), 0)
                largest = [item for item in np.argsort(-parts)[:MOST] if parts[item] > 0]
                assert dict(detail.because) == pytest.approx(
                    {item: parts[item] / parts.sum() for item in largest}, abs=1e-3
                )


@pytest.mark.parametrize("keep", [HALF - 1, HALF])
def test_alike_are_those_that_say_most_for_each_other(keep: int, tmp_path: Path) -> None:
    """Sparse or dense, similar items are in the order of the sum of both weights between them."""
    recommender = served("ease", matrix(), tmp_path, keep=keep, regularization=REGULARIZATION)
    weights = closed_form((matrix() > 0).astype(float))
    if keep < HALF:
        weights = np.where(exported(tmp_path).toarray() != 0, weights, 0)
    both = weights + weights.T
    for item in range(N_ITEMS):
        found = [int(other) for other in recommender.similar(item, 5)]
        np.testing.assert_allclose(both[item, found], np.sort(both[item])[::-1][: len(found)], atol=1e-4)
        assert len(found) == min(5, int((both[item] > 1e-4).sum()))


def test_weights_count_where_they_are_not_binary(tmp_path: Path) -> None:
    """A score is then the sum of an item's weights times what the user's interactions weigh."""
    table = matrix()
    recommender = served("ease", table, tmp_path, regularization=REGULARIZATION, binary=False)
    expected = table[3] @ closed_form(table)
    expected[(table[3] > 0) | (expected < 0)] = 0
    np.testing.assert_allclose(scores(recommender, 3), expected, atol=1e-4)


def test_what_moves_scores_most_is_kept(tmp_path: Path) -> None:
    """Of the weights there are `keep` an item on average: the largest of |B| times the root of the source's sum."""
    table, keep = matrix(), 7
    served("ease", table, tmp_path, keep=keep, regularization=REGULARIZATION)
    kept = exported(tmp_path).toarray()
    weights = closed_form((table > 0).astype(float))
    importance = np.abs(weights) * np.sqrt((table > 0).sum(axis=0))[:, None]
    strongest = importance >= np.sort(importance, axis=None)[-keep * N_ITEMS]
    assert abs(np.count_nonzero(kept) - keep * N_ITEMS) <= 1
    np.testing.assert_allclose(kept, np.where(kept != 0, weights, 0), atol=1e-4)
    assert np.count_nonzero((kept != 0) != strongest) <= 1


def test_the_threshold_comes_from_a_sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where only a part of the sources is looked at for the least to keep, about as many weights are kept."""
    monkeypatch.setattr(ease, "SAMPLE", N_ITEMS * N_ITEMS // 3)
    served("ease", matrix(), tmp_path, keep=10)
    assert exported(tmp_path).nnz == pytest.approx(10 * N_ITEMS, rel=0.3)


def test_the_dense_form_answers_as_the_sparse_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where all are kept they lie in one array, and answers are those that all of them give as sparse ones."""
    table = matrix()
    dense = served("ease", table, tmp_path / "dense", keep=N_ITEMS)
    with monkeypatch.context() as patch:
        patch.setattr(
            EASE, "export", lambda self, writer: ease.write_sparse(writer, ease.sparse.csr_matrix(self.weights_))
        )
        sparse = served("ease", table, tmp_path / "sparse", keep=N_ITEMS)
    assert (
        "weights" in load_file(tmp_path / "dense" / ARRAYS),
        "weights" in load_file(tmp_path / "sparse" / ARRAYS),
    ) == (
        True,
        False,
    )
    for user in range(N_USERS):
        np.testing.assert_allclose(scores(dense, user), scores(sparse, user), atol=1e-5)
        assert reasons(dense, user) == pytest.approx(reasons(sparse, user), abs=1e-4)
    for item in range(N_ITEMS):
        assert dense.similar(item, 8) == sparse.similar(item, 8)


def reasons(recommender: Recommender, user: int) -> dict[object, float]:
    """Return the share of each place among the reasons for each item."""
    details = recommender.recommend(Ask(user_id=user, explain=True)).details
    return {(detail.item_id, place): share for detail in details for place, (_, share) in enumerate(detail.because)}


def test_another_number_of_weights_is_kept_of_the_same() -> None:
    """`keeping` shares what was learnt and leaves the original as it is; half of the items is the most there is."""
    some = fitted(matrix(), keep=6)
    more = some.keeping(HALF)
    assert (some.kept(), more.kept(), more.most()) == (6, HALF, HALF)
    assert more.weights_ is some.weights_


def test_a_singular_matrix_is_an_error_of_the_data() -> None:
    """Two items with the same users cannot be told apart without regularization, and the message says what to do."""
    table = np.repeat(matrix(), 2, axis=1)
    with pytest.raises(DataError, match="take a larger regularization"):
        EASE(regularization=1e-30).fit(learnt(table), NO_CHANCE)


def test_short_memory_is_refused_before_it_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where matrix and draft would not fit, nothing is computed, and the message names what both need and there is."""
    monkeypatch.setattr(memory, "GB", 1000)
    needed = 4 * N_ITEMS**2 + 16 * (N_ITEMS // 2) * N_ITEMS
    monkeypatch.setattr(memory, "available", lambda: needed)
    fitted(matrix())
    monkeypatch.setattr(memory, "available", lambda: needed - 1)
    monkeypatch.setattr(ease, "_gram", lambda _: pytest.fail("it started"))
    with pytest.raises(DataError, match=r"ease with 30 items needs 10\.8 GB of memory, and 10\.8 GB are left"):
        fitted(matrix())
