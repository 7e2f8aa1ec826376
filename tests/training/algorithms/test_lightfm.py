"""LightFM against the library's own vectors and scores."""

import sys
from pathlib import Path
from typing import Any, cast

import lightfm
import numpy as np
import polars as pl
import pytest
from scipy import sparse

from tests.training.algorithms.matrices import N_ITEMS, N_USERS, NO_CHANCE, learnt, matrix
from tests.training.datasets import recipe, tables
from training.algorithms.lightfm import LightFM
from training.data.tables import Tables
from training.interactions import Events
from training.recipe import ModelSection
from training.scorers import open_recommender
from training.train import Training
from warmstart.errors import DataError
from warmstart.recommender import Ask, Recommendation, Recommender

SETTINGS: dict[str, Any] = {"factors": 4, "learning_rate": 0.1, "regularization": 1e-5, "epochs": 6}
COLD = range(N_USERS, N_USERS + 4)  # of whom only what the table says is known
SEXES = ("f", "m")
GENRES = ("drama", "war")
SEED = recipe().seed


def table() -> Tables:
    """Return a random matrix with the sex of each user, the age of half of them, and the genre of each item."""
    users, items = matrix().nonzero()
    people = range(COLD.stop)
    ages = ["young" if user % 4 == 0 else None for user in people]
    described = pl.DataFrame({"user_id": people, "age": ages, "sex": [SEXES[user % 2] for user in people]})
    catalogue = pl.DataFrame({"item_id": range(N_ITEMS), "genres": [GENRES[item % 2] for item in range(N_ITEMS)]})
    return tables(users, items, features=described, catalogue=catalogue)


def fitted(seed: int = SEED, **settings: Any) -> LightFM:
    """Fit ours."""
    return LightFM(**SETTINGS, **settings).fit(Events.of(table()).interactions(), np.random.default_rng(seed))


def ones(columns: list[list[int]], n: int) -> sparse.csr_matrix:
    """Return rows with a one at each of their columns."""
    return sparse.csr_matrix(np.array([np.isin(np.arange(n), row) for row in columns], np.float32))


def people(own: bool) -> sparse.csr_matrix:
    """Return each user's features as the library wants them: perhaps their own, then young, f, m."""
    n = COLD.stop
    known = [[n] * (user % 4 == 0) + [n + 1 + user % 2] for user in range(n)]
    return ones([[user] * own + row for user, row in enumerate(known)], n + 3)


def things() -> sparse.csr_matrix:
    """Return each item's features as the library wants them: its own, then drama, war."""
    return ones([[item, N_ITEMS + item % 2] for item in range(N_ITEMS)], N_ITEMS + 2)


@pytest.fixture(scope="module")
def theirs() -> Any:
    """Return the library's model of the same features, fitted with the same seed."""
    model = lightfm.LightFM(
        no_components=SETTINGS["factors"],
        loss="warp",
        learning_rate=SETTINGS["learning_rate"],
        user_alpha=SETTINGS["regularization"],
        item_alpha=SETTINGS["regularization"],
        random_state=int(np.random.default_rng(SEED).integers(2**31)),
    )
    had = Events.of(table()).interactions().matrix(binary=True).tocoo()
    model.fit(had, user_features=people(own=True), item_features=things(), epochs=SETTINGS["epochs"], num_threads=1)
    return model


@pytest.fixture(scope="module")
def recommender(tmp_path_factory: pytest.TempPathFactory) -> Recommender:
    """Return ours, opened by the scorer that serves it."""
    return served(tmp_path_factory.mktemp("lightfm"))


def served(folder: Path, **settings: Any) -> Recommender:
    """Fit on everything and open."""
    section = ModelSection("lightfm", "lightfm", {**SETTINGS, **settings})
    return open_recommender(folder, Training(recipe(section), table()).fit_whole(section, folder))


def test_item_vectors_are_the_librarys_own(theirs: Any) -> None:
    """An item's vector is the library's sum over its features, its bias the last number."""
    biases, vectors = theirs.get_item_representations(things())
    np.testing.assert_allclose(fitted().item_vectors_, np.hstack([vectors, biases[:, None]]), rtol=1e-6, atol=1e-7)


def test_what_is_known_of_users_scores_as_in_the_library(theirs: Any) -> None:
    """The sum of a user's feature vectors scores items as the library does without the user's own part."""
    ours = fitted()
    assert ours.users_.values == (("age", "age_young"), ("sex", "sex_f"), ("sex", "sex_m"))
    _, known = theirs.get_user_representations(people(own=False))
    _, vectors = theirs.get_item_representations(things())
    padded = np.vstack([ours.feature_vectors_, np.zeros((1, SETTINGS["factors"] + 1), np.float32)])  # NONE is the last
    sums = padded[ours.users_.rows()].sum(axis=1)
    np.testing.assert_allclose(sums @ ours.item_vectors_.T, known @ vectors.T, rtol=1e-4, atol=1e-5)


def test_the_encoder_tells_a_users_own_part(theirs: Any) -> None:
    """It is the ridge regression of users' own vectors, and of 1 for the items' biases, on the mean of their items."""
    had = matrix() > 0
    items = fitted().item_vectors_
    means = np.stack([items[row].mean(axis=0, dtype=np.float64) for row in had])
    lines = np.hstack([means, np.ones((N_USERS, 1))])
    own = np.hstack([theirs.user_embeddings[:N_USERS], np.ones((N_USERS, 1))])
    solution = np.linalg.solve(lines.T @ lines + np.eye(lines.shape[1]), lines.T @ own)
    np.testing.assert_allclose(fitted().encoder_, solution, rtol=1e-4, atol=1e-5)


def test_cold_users_rank_as_in_the_library(theirs: Any, recommender: Recommender) -> None:
    """Of whom only features are known gets the library's order for them, the items' biases in it."""
    biases, vectors = theirs.get_item_representations(things())
    _, known = theirs.get_user_representations(people(own=False))
    for user in COLD:
        answer = ask(recommender, user_id=user)
        assert answer.source == "model"
        expected = known[user] @ vectors.T + biases
        assert answer.items == np.argsort(-expected, kind="stable").tolist()
        np.testing.assert_allclose(scores(answer), np.sort(expected)[::-1], rtol=1e-4, atol=1e-5)


def test_features_of_the_request_are_those_of_a_stored_user(recommender: Recommender) -> None:
    """A stranger of whom the same is known gets the answer of a cold user that is stored."""
    for user in COLD:
        known: dict[str, str] = {"sex": SEXES[user % 2]} | ({"age": "young"} if user % 4 == 0 else {})
        stranger = ask(recommender, user_id=10**6, features=known)
        assert stranger.source == "model"
        assert scores(stranger) == scores(ask(recommender, user_id=user))


def test_without_a_history_nothing_of_it_is_named(recommender: Recommender) -> None:
    """An answer by features alone has scores and no reasons."""
    details = ask(recommender, user_id=10**6, features={"sex": SEXES[0]}).details
    assert details
    assert all(detail.source == "model" and detail.because == [] for detail in details)


def test_a_history_and_features_both_count(recommender: Recommender) -> None:
    """A stored user's scores with another sex differ by what the library gives the sexes, item by item."""
    user = 0
    female, male = (by_item(ask(recommender, user_id=user, features={"sex": sex})) for sex in SEXES)
    cold = [by_item(ask(recommender, features={"sex": sex})) for sex in SEXES]
    gains = [cold[0][item] - cold[1][item] for item in female]
    assert [female[item] - male[item] for item in female] == pytest.approx(gains, abs=1e-5)
    assert max(map(abs, gains)) > 1e-2
    assert by_item(ask(recommender, user_id=user)) == female


def test_nothing_known_is_left_to_the_fallback(recommender: Recommender) -> None:
    """Without a history and without a value that training knew the fallback answers."""
    nothing: list[dict[str, Any]] = [{}, {"sex": "x"}, {"city": "f"}, {"sex": []}]
    for features in nothing:
        assert ask(recommender, features=features).source == recommender.manifest.fallback


def test_where_popularity_was_better_features_alone_are_no_answer(tmp_path: Path) -> None:
    """The setting `cold` hands people without a history to the fallback, and leaves those with one as they were."""
    popular, features = (served(tmp_path / cold, cold=cold) for cold in ("popular", "features"))
    assert ask(popular, user_id=COLD[0]).source == popular.manifest.fallback
    assert scores(ask(popular, user_id=1)) == scores(ask(features, user_id=1))


def test_without_features_nothing_of_them_is_learnt(tmp_path: Path) -> None:
    """Switched off, neither users nor items have any, and cold users get the fallback."""
    model = fitted(features=False)
    bare = LightFM(**SETTINGS).fit(learnt(matrix(), strangers=len(COLD)), np.random.default_rng(SEED))
    assert (model.item_vectors_ == bare.item_vectors_).all()
    assert (model.item_vectors_ != fitted().item_vectors_).any()
    assert ask(served(tmp_path, features=False), user_id=COLD[0]).source == "popular"


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    """Training twice with features writes the same files."""
    first, second = (served(tmp_path / name).manifest.files for name in ("first", "second"))
    assert first == second
    assert "features.json" in first


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without LightFM the message says what to install."""
    monkeypatch.setitem(sys.modules, "lightfm", None)
    with pytest.raises(DataError, match=r"lightfm needs pip install 'rectools\[lightfm\]'"):
        LightFM().fit(learnt(matrix()), NO_CHANCE)


def ask(recommender: Recommender, **asked: Any) -> Recommendation:
    """Ask for all items, with their scores."""
    return recommender.recommend(Ask(k=N_ITEMS, explain=True, **asked))


def scores(answer: Recommendation) -> list[float]:
    """Return the scores, best first."""
    return [detail.score for detail in answer.details if detail.score is not None]


def by_item(answer: Recommendation) -> dict[int, float]:
    """Return the score of each item."""
    return {cast("int", detail.item_id): detail.score for detail in answer.details if detail.score is not None}
