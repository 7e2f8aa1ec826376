"""User kNN against implicit's similarities on the transpose, and its index where it is a sample."""

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from implicit.nearest_neighbours import BM25Recommender, CosineRecommender, ItemItemRecommender, TFIDFRecommender
from implicit.utils import ParameterWarning
from numpy.typing import NDArray
from safetensors.numpy import load_file
from scipy import sparse

from tests.training.algorithms.matrices import N_ITEMS, N_USERS, learnt, matrix, scores, served
from training.algorithms.user_knn import UserKNN
from warmstart.manifest import ARRAYS
from warmstart.recommender import Ask, Recommender

K = 9
THEIRS: dict[str, ItemItemRecommender] = {
    "cosine": CosineRecommender(K=N_USERS),
    "tfidf": TFIDFRecommender(K=N_USERS),
    "bm25": BM25Recommender(K=N_USERS, K1=3.0, B=0.5),
}
BM25 = {"K1": 3.0, "B": 0.5}


def similarities(weighting: str) -> NDArray[np.float64]:
    """Return how alike implicit finds each user to all who had something else too, as nobody had to himself."""
    model = THEIRS[weighting]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ParameterWarning)  # about a matrix that implicit makes itself
        model.fit(sparse.csr_matrix((matrix() > 0).T.astype(np.float64)), show_progress=False)
    alike: NDArray[np.float64] = model.similarity.toarray()
    had = (matrix() > 0).astype(int)
    alike[had @ had.T == had.sum(axis=1)] = 0
    return alike


def voted(weighting: str, amplification: float, *, idf: bool) -> NDArray[np.float64]:
    """Return each user's scores from the K most alike, but for a factor of each user's own: (n_users, n_items)."""
    alike, had = similarities(weighting), matrix() > 0
    nearest = np.where(nearest_of(alike), alike, 0) ** amplification
    rarity = 1 + np.log((N_USERS + 1) / (had.sum(axis=0) + 1)) if idf else 1
    return np.where(had, 0, nearest @ had * rarity)


def nearest_of(alike: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return who is among each user's K most alike, of equals the first ones: (n_users, n_users)."""
    order = np.argsort(-alike.round(6), axis=1, kind="stable")
    return np.argsort(order, axis=1) < K


def to_one(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Scale each row to a sum of 1."""
    scaled: NDArray[np.float64] = values / values.sum(axis=1, keepdims=True)
    return scaled


@pytest.mark.parametrize("weighting", THEIRS)
@pytest.mark.parametrize(("amplification", "idf"), [(1.0, False), (2.5, False), (2.0, True)])
def test_scores_are_votes_of_implicit_s_neighbours(
    weighting: str, amplification: float, idf: bool, tmp_path: Path
) -> None:
    """An item's score is the sum of its neighbours' similarities to a power, times its rarity where that is asked for.

    The neighbours are implicit's on the transpose, without the user, and the similarities too, but for a factor.
    """
    settings: dict[str, Any] = {"weighting": weighting, "amplification": amplification, "idf": idf, **BM25}
    recommender = served("user_knn", matrix(), tmp_path, k=K, **settings)
    found = np.stack([scores(recommender, user) for user in range(N_USERS)])
    np.testing.assert_allclose(to_one(found), to_one(voted(weighting, amplification, idf=idf)), rtol=1e-4, atol=1e-7)


def test_weights_do_not_count(tmp_path: Path) -> None:
    """Who had what is compared, not how much of it."""
    one = served("user_knn", matrix(), tmp_path / "one")
    other = served("user_knn", (matrix() > 0) * 1.0, tmp_path / "other")
    for user in range(N_USERS):
        np.testing.assert_array_equal(scores(one, user), scores(other, user))


def test_reasons_count_neighbours(tmp_path: Path) -> None:
    """Behind each item stands how many of the K neighbours had it, and no item of the history."""
    recommender = served("user_knn", matrix(), tmp_path, k=K, weighting="cosine")
    alike = similarities("cosine")
    for user in range(N_USERS):
        counts = (matrix()[nearest_of(alike)[user]] > 0).sum(axis=0)
        for detail in recommender.recommend(Ask(user_id=user, k=5, explain=True)).details:
            expected = counts[detail.item_id] if detail.source == "model" else None
            assert (detail.neighbours, detail.because) == (expected, [])


def test_alike_items_have_the_same_users(tmp_path: Path) -> None:
    """Where nothing is sampled, items are alike by the cosine of their columns."""
    recommender = served("user_knn", matrix(), tmp_path)
    had = (matrix() > 0).astype(np.float64)
    cosines = had.T @ had / np.sqrt(np.outer(had.sum(axis=0), had.sum(axis=0)))
    np.fill_diagonal(cosines, 0)
    for item in range(N_ITEMS):
        ranking = recommender.scorer.similar(item, np.array([item], np.int32), N_ITEMS)  # type: ignore[attr-defined]
        found = np.zeros(N_ITEMS)
        found[ranking.rows] = ranking.scores / np.sqrt(had[:, item].sum())
        np.testing.assert_allclose(found, cosines[item], rtol=1e-5, atol=1e-7)


def index(folder: Path, users_per_item: int) -> list[list[int]]:
    """Return the users in the index, item by item."""
    served("user_knn", matrix(), folder, users_per_item=users_per_item)
    arrays = load_file(folder / ARRAYS)
    return [part.tolist() for part in np.split(arrays["item_users"], arrays["item_indptr"][1:-1])]


def test_all_users_are_indexed_where_there_are_few(tmp_path: Path) -> None:
    """An item with no more users than are kept has each of them, ascending."""
    most = int((matrix() > 0).sum(axis=0).max())
    assert index(tmp_path, most) == [np.flatnonzero(column).tolist() for column in matrix().T]


def test_a_sample_keeps_the_same_users_everywhere(tmp_path: Path) -> None:
    """Of a longer list so many are kept, ascending, and one order of all users decides who.

    So of two users nobody is kept before the other in one list, and after in another.
    """
    kept, had = index(tmp_path, 5), [np.flatnonzero(column).tolist() for column in matrix().T]
    assert any(len(users) > 5 for users in had)
    assert kept != [users[:5] for users in had]
    assert [len(users) for users in kept] == [min(5, len(users)) for users in had]
    assert all(users == sorted(set(users) & set(all_of)) for users, all_of in zip(kept, had, strict=True))
    before = {(a, b) for users, all_of in zip(kept, had, strict=True) for a in users for b in {*all_of} - {*users}}
    assert not {(b, a) for a, b in before} & before


def test_a_sample_is_seeded() -> None:
    """The same generator state leaves out the same users, another one others."""
    first, again, other = (
        UserKNN(users_per_item=5).fit(learnt(matrix()), np.random.default_rng(seed)).order_.tolist()
        for seed in (1, 1, 2)
    )
    assert first == again != other
    assert sorted(first) == [*range(N_USERS)]


def test_another_number_of_users_is_indexed_of_the_same() -> None:
    """`keeping` shares what was learnt and leaves the original as it is; the longest list is the most there is."""
    longest = int((matrix() > 0).sum(axis=0).max())
    some = UserKNN(users_per_item=2).fit(learnt(matrix()), np.random.default_rng(1))
    more = some.keeping(longest)
    assert (some.kept(), more.kept(), more.most()) == (2, longest, longest)
    assert more.order_ is some.order_


def test_an_item_without_a_gain_finds_nobody(tmp_path: Path) -> None:
    """What all users but one have had has an idf of 0: alone it finds no neighbours, and the fallback answers."""
    table = np.zeros((4, 3))
    table[:3, 0], table[0, 1], table[3, 2] = 1, 1, 1
    recommender: Recommender = served("user_knn", table, tmp_path, weighting="tfidf")
    answer = recommender.recommend(Ask(user_id=1, explain=True))
    assert (answer.source, {detail.neighbours for detail in answer.details}) == ("popular", {None})
