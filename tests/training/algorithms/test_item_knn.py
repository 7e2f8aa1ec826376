"""Item kNN against implicit's weightings and a search of all pairs."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from implicit.nearest_neighbours import bm25_weight, normalize, tfidf_weight
from numpy.typing import NDArray
from scipy import sparse

from tests.training.algorithms.matrices import N_ITEMS, N_USERS, NO_CHANCE, exported, learnt, matrix, scores, served
from training import memory
from training.algorithms.item_knn import ItemKNN
from training.interactions import Interactions
from warmstart.errors import DataError

WEIGHTINGS: list[dict[str, Any]] = [
    {"weighting": "cosine"},
    {"weighting": "tfidf"},
    {"weighting": "bm25", "K1": 3.0, "B": 0.5},
]
K = 6


def similarities(table: NDArray[np.float64], *, weighting: str, K1: float = 0, B: float = 0) -> NDArray[np.float64]:  # noqa: N803 implicit's names
    """Return how alike all items are by implicit's weights, none with itself: (n_items, n_items)."""
    counts = sparse.coo_matrix(table.T)
    if weighting == "bm25":
        weighted = bm25_weight(counts, K1, B)
    else:
        weighted = normalize(tfidf_weight(counts) if weighting == "tfidf" else counts)
    dense = weighted.toarray()
    alike: NDArray[np.float64] = dense @ dense.T
    np.fill_diagonal(alike, 0)
    return alike


def nearest(table: NDArray[np.float64], k: int, **settings: Any) -> NDArray[np.float64]:
    """Return the weights from each source to those targets of whose k nearest it is one."""
    alike = similarities(table, **settings)
    return np.where(alike >= np.sort(alike, axis=0)[-k], alike, 0)


@pytest.mark.parametrize("binary", [True, False])
@pytest.mark.parametrize("settings", WEIGHTINGS, ids=lambda settings: settings["weighting"])
def test_weights_are_those_of_each_target_s_nearest(settings: dict[str, Any], binary: bool, tmp_path: Path) -> None:
    """Each item is reached from its own k nearest by implicit's formulas, and never from itself."""
    table = matrix()
    served("item_knn", table, tmp_path, k=K, binary=binary, **settings)
    found = exported(tmp_path).toarray()
    np.testing.assert_allclose(
        found, nearest((table > 0) * 1.0 if binary else table, K, **settings), rtol=1e-5, atol=1e-6
    )
    assert (np.count_nonzero(found, axis=0) == K).all()
    assert set(np.count_nonzero(found, axis=1)) != {K}


@pytest.mark.parametrize("binary", [True, False])
@pytest.mark.parametrize("settings", WEIGHTINGS, ids=lambda settings: settings["weighting"])
def test_a_score_is_the_sum_over_the_history(settings: dict[str, Any], binary: bool, tmp_path: Path) -> None:
    """What is served adds up what each item of the history says, times its weight where weights count."""
    table = matrix()
    recommender = served("item_knn", table, tmp_path, k=K, binary=binary, **settings)
    counted = (table > 0) * 1.0 if binary else table
    expected = np.where(table > 0, 0, counted @ nearest(counted, K, **settings))
    found = np.stack([scores(recommender, user) for user in range(N_USERS)])
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("settings", WEIGHTINGS, ids=lambda settings: settings["weighting"])
def test_alike_are_an_item_s_own_nearest(settings: dict[str, Any], tmp_path: Path) -> None:
    """Similar items are its k nearest, best first, also those of whose nearest it is none itself."""
    recommender = served("item_knn", matrix(), tmp_path, k=K, **settings)
    alike = similarities((matrix() > 0) * 1.0, **settings)
    for item in range(N_ITEMS):
        found = [int(other) for other in recommender.similar(item, K)]
        np.testing.assert_allclose(alike[item, found], np.sort(alike[item])[::-1][:K], rtol=1e-5)


@pytest.mark.parametrize(("left", "message"), [(10**9, "32 bits"), (20 * 4 * N_ITEMS - 1, "GB are left")])
def test_more_than_there_is_room_for_is_refused(left: int, message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory that is short and numbers that are too large for implicit are errors of the data, before it starts."""
    monkeypatch.setattr(memory, "available", lambda: left)
    monkeypatch.setattr(ItemKNN, "_model", lambda *_: pytest.fail("it started"))
    data = learnt(matrix())
    if message == "32 bits":
        monkeypatch.setattr(Interactions, "n_items", 50_000)
    with pytest.raises(DataError, match=message):
        ItemKNN(k=3 if left < 10**9 else 49_999).fit(data, NO_CHANCE)


def test_more_neighbours_than_there_are_is_all_of_them() -> None:
    """Where k is no less than the other items, all that share a user are neighbours, none of itself."""
    found = ItemKNN(k=N_ITEMS, weighting="cosine").fit(learnt(matrix()), NO_CHANCE).weights_.toarray()
    np.testing.assert_allclose(found, similarities((matrix() > 0) * 1.0, weighting="cosine"), rtol=1e-5, atol=1e-6)


def test_users_who_had_all_but_one_item_make_no_nan() -> None:
    """Such a user tells nothing apart: its idf is 0, and an item that only such users had has no neighbour."""
    table = np.ones((2, 4))
    table[0, 1] = table[1, 2] = 0
    for settings in WEIGHTINGS:
        weights = ItemKNN(**settings).fit(learnt(table), NO_CHANCE).weights_
        assert np.isfinite(weights.data).all(), settings
