"""ALS against implicit's own answers."""

import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from implicit.als import AlternatingLeastSquares
from scipy import sparse

from tests.training.datasets import recipe, tables
from training.algorithms.als import ALS
from training.algorithms.base import Algorithm
from training.algorithms.bpr import BPR
from training.algorithms.lightfm import LightFM
from training.interactions import Events
from training.recipe import ModelSection
from training.scorers import open_recommender
from training.train import Training
from warmstart.artifact import Artifact
from warmstart.artifact_writer import ArtifactWriter
from warmstart.errors import DataError
from warmstart.histories import Event
from warmstart.ids import Id
from warmstart.inner_product import ItemVectors
from warmstart.recommender import Ask, Recommender

SETTINGS = {"factors": 8, "regularization": 0.05, "alpha": 3.0, "iterations": 5}
N_USERS, N_ITEMS = 60, 45


def matrix() -> sparse.csr_matrix:
    """Return a small random matrix of weights, (60, 45)."""
    rng = np.random.default_rng(7)
    dense = rng.random((N_USERS, N_ITEMS)) * (rng.random((N_USERS, N_ITEMS)) < 0.3)
    return sparse.csr_matrix(dense.astype(np.float32))


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> tuple[Recommender, AlternatingLeastSquares]:
    """Return our artifact's recommender, and implicit's model with the very same vectors."""
    weights = matrix()
    users, items = weights.nonzero()
    table = tables(users, items, weights=weights.data.tolist())
    folder = tmp_path_factory.mktemp("als")
    model = ModelSection("als", "als", SETTINGS)
    manifest = Training(recipe(model), table).fit_whole(model, folder)
    artifact = Artifact.open(folder, manifest)
    theirs = AlternatingLeastSquares(**SETTINGS)
    theirs.user_factors = artifact.array("user_vectors", np.float32, None, None).copy()
    places = artifact.array("item_places", np.int32, None)
    theirs.item_factors = artifact.array("item_vectors", np.float32, None, None)[places]
    theirs.alpha = SETTINGS["alpha"]
    return open_recommender(folder, manifest), theirs


def test_training_is_implicits_own() -> None:
    """The same seed gives the vectors that implicit gives."""
    weights = matrix()
    users, items = weights.nonzero()
    interactions = Events.of(tables(users, items, weights=weights.data.tolist())).interactions()
    ours = ALS(**SETTINGS).fit(interactions, np.random.default_rng(5))  # type: ignore[arg-type]
    seed = int(np.random.default_rng(5).integers(2**31))
    theirs = AlternatingLeastSquares(**SETTINGS, random_state=seed)
    theirs.fit(weights, show_progress=False)
    np.testing.assert_allclose(ours.item_vectors_, theirs.item_factors, rtol=1e-4, atol=1e-5)


def test_scores_and_order_are_implicits_own(opened: tuple[Recommender, AlternatingLeastSquares]) -> None:
    """For every user the ten best unseen items and their scores are those that implicit recommends."""
    recommender, theirs = opened
    weights = matrix()
    for user in range(N_USERS):
        rows, scores = theirs.recommend(user, weights[user], N=10)
        answer = recommender.recommend(Ask(user_id=user, explain=True))
        assert answer.items == rows.tolist()
        np.testing.assert_allclose([detail.score or 0.0 for detail in answer.details], scores, rtol=1e-4, atol=1e-6)


def test_folding_in_is_implicits_own(opened: tuple[Recommender, AlternatingLeastSquares]) -> None:
    """A history in the request gives the scores of implicit's `recalculate_user`."""
    recommender, theirs = opened
    weights = matrix()
    for user in range(10):
        history = [
            Event(int(item), float(weight))
            for item, weight in zip(weights[user].indices, weights[user].data, strict=True)
        ]
        rows, scores = theirs.recommend(user, weights[user], N=10, recalculate_user=True)
        answer = recommender.recommend(Ask(history=history, explain=True))
        assert answer.items == rows.tolist()
        np.testing.assert_allclose([detail.score or 0.0 for detail in answer.details], scores, rtol=1e-4, atol=1e-5)


def test_a_stored_history_grows_by_what_the_request_brings(
    opened: tuple[Recommender, AlternatingLeastSquares],
) -> None:
    """A known user with a new event gets what a stranger with the whole history gets."""
    recommender, _ = opened
    weights = matrix()
    unseen = next(item for item in range(N_ITEMS) if weights[0, item] == 0)
    stored = [Event(int(i), float(w)) for i, w in zip(weights[0].indices, weights[0].data, strict=True)]
    known = recommender.recommend(Ask(user_id=0, history=[Event(unseen)], explain=True))
    stranger = recommender.recommend(Ask(history=[*stored, Event(unseen)], explain=True))
    assert known.items == stranger.items
    assert [d.score for d in known.details] == pytest.approx([d.score for d in stranger.details], rel=1e-5)


def test_explanations_are_implicits_own(opened: tuple[Recommender, AlternatingLeastSquares]) -> None:
    """The event named first behind an item is the one that implicit's `explain` names first."""
    recommender, theirs = opened
    weights = matrix()
    for user in range(10):
        answer = recommender.recommend(Ask(user_id=user, k=3, explain=True))
        for detail in answer.details:
            _, contributions, _ = theirs.explain(user, weights, detail.item_id, N=3)
            assert detail.because[0][0] == contributions[0][0]


def test_heavy_histories_keep_their_order(opened: tuple[Recommender, AlternatingLeastSquares]) -> None:
    """At the largest weight that a request may send the answer is that of exact arithmetic."""
    recommender, theirs = opened
    history = [Event(item, 1e6) for item in range(30)]
    answer = recommender.recommend(Ask(history=history, k=10))
    items = theirs.item_factors.astype(np.float64)
    own = items[:30]
    gram = items.T @ items + SETTINGS["regularization"] * np.eye(items.shape[1])
    confidence = 1e6 * SETTINGS["alpha"]
    vector = np.linalg.solve(gram + (confidence - 1) * own.T @ own, confidence * own.sum(axis=0))
    scores = items @ vector
    scores[:30] = -np.inf
    assert answer.items == np.argsort(-scores, kind="stable")[:10].tolist()


def test_only_what_speaks_for_an_item_is_named(opened: tuple[Recommender, AlternatingLeastSquares]) -> None:
    """Every event that is named behind an item has a share above nothing, and none is named twice."""
    recommender, _ = opened
    for user in range(N_USERS):
        for detail in recommender.recommend(Ask(user_id=user, explain=True)).details:
            assert all(share > 0 for _, share in detail.because)
            assert len({item for item, _ in detail.because}) == len(detail.because)


def test_similar_items_are_implicits_own(opened: tuple[Recommender, AlternatingLeastSquares]) -> None:
    """Similar items are those of the highest cosine."""
    recommender, theirs = opened
    for item in range(N_ITEMS):
        rows, _ = theirs.similar_items(item, N=6)
        assert recommender.similar(item, 5) == [row for row in rows.tolist() if row != item][:5]


def test_items_without_a_vector_are_like_nothing() -> None:
    """A vector of zeros has no cosine, and gives no NaN."""
    rows = np.arange(3, dtype=np.int32)
    items = ItemVectors(np.zeros((3, 2), np.float32), np.zeros(3, np.float32), rows, rows)
    ranking = items.similar(0, rows[:1], 2)
    assert ranking.scores.tolist() == [0, 0]


def test_features_stand_beside_the_learnt_factors() -> None:
    """Each user's known values are numbers of their vector, beside the factors and one number for each known genre."""
    weights = matrix()
    users, items = weights.nonzero()
    people = pl.DataFrame({"user_id": range(N_USERS), "sex": ["f", "m", None] * (N_USERS // 3)})
    things = pl.DataFrame({"item_id": range(N_ITEMS), "genres": ["war", None, None] * (N_ITEMS // 3)})
    interactions = Events.of(tables(users, items, features=people, catalogue=things)).interactions()
    model = ALS(**SETTINGS, features=True).fit(interactions, np.random.default_rng(5))  # type: ignore[arg-type]
    assert model.user_vectors_.shape == (N_USERS, SETTINGS["factors"] + 3)
    assert model.item_vectors_.shape == (N_ITEMS, SETTINGS["factors"] + 3)
    kept = {tuple(column) for column in model.user_vectors_.T.tolist()}
    assert {tuple(float(row % 3 == place) for row in range(N_USERS)) for place in (0, 1)} <= kept
    assert tuple(float(row % 3 == 0) for row in range(N_ITEMS)) in {*map(tuple, model.item_vectors_.T.tolist())}


def test_a_history_and_features_of_a_request_answer_as_stored_ones(tmp_path: Path) -> None:
    """A stranger with a user's history and features gets that user's scores, to 1e-4, and without them others."""
    weights = matrix()
    users, items = weights.nonzero()
    people = pl.DataFrame({"user_id": range(N_USERS), "sex": ["f", "m", None] * (N_USERS // 3)})
    settings = {**SETTINGS, "features": True}
    model = ModelSection("als", "als", settings)
    table = tables(users, items, weights=weights.data.tolist(), features=people)
    recommender = open_recommender(tmp_path, Training(recipe(model), table).fit_whole(model, tmp_path))
    gaps = {True: 0.0, False: 0.0}
    for user in range(N_USERS):
        history = [Event(int(i), float(w)) for i, w in zip(weights[user].indices, weights[user].data, strict=True)]
        known = {"sex": ["f", "m"][user % 3]} if user % 3 < 2 else {}
        stored = scores(recommender, Ask(user_id=user, k=N_ITEMS, explain=True))
        for told in (True, False):
            brought = scores(recommender, Ask(history=history, features=known if told else {}, k=N_ITEMS, explain=True))
            gaps[told] = max(gaps[told], *(abs(stored[item] - brought[item]) for item in stored))
    assert gaps[True] < 1e-4 < gaps[False]


def scores(recommender: Recommender, ask: Ask) -> dict[Id, float]:
    """Return each recommended item's score."""
    return {detail.item_id: detail.score or 0.0 for detail in recommender.recommend(ask).details}


def test_features_that_are_not_there_are_missed() -> None:
    """Without a table that says anything a model with features is not trained."""
    users, items = matrix().nonzero()
    interactions = Events.of(tables(users, items)).interactions()
    with pytest.raises(DataError, match="needs a users or an items table"):
        ALS(features=True).fit(interactions, np.random.default_rng(5))


@pytest.mark.parametrize(
    ("kind", "settings", "message"),
    [
        (ALS, {"alpha": 1e30}, "als came to no numbers"),
        (BPR, {"learning_rate": 1e30}, "bpr came to no numbers"),
        (LightFM, {"learning_rate": 1e30}, "lightfm came to no numbers"),
    ],
)
def test_a_fit_that_diverges_is_an_error_of_the_data(
    kind: type[Algorithm], settings: dict[str, float], message: str
) -> None:
    """The message names the model and what to change, and the other models are trained."""
    users, items = matrix().nonzero()
    interactions = Events.of(tables(users, items)).interactions()
    with pytest.raises(DataError, match=message):
        kind(**settings).fit(interactions, np.random.default_rng(5))


@pytest.mark.parametrize(
    ("absent", "model", "message"),
    [
        ("hnswlib", ALS(**SETTINGS, search="hnsw"), 'search = "hnsw" needs pip install hnswlib'),
        (
            "rectools.models.implicit_als",
            ALS(**SETTINGS, features=True),
            "als with features needs pip install rectools",
        ),
    ],
)
def test_a_library_that_is_not_there_is_named(
    absent: str, model: ALS, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error of the data, as which it leaves the other models alone."""
    monkeypatch.setitem(sys.modules, absent, None)
    users, items = matrix().nonzero()
    people = pl.DataFrame({"user_id": range(N_USERS), "sex": ["f", "m", None] * (N_USERS // 3)})
    interactions = Events.of(tables(users, items, features=people)).interactions()
    with pytest.raises(DataError, match=message):
        model.fit(interactions, np.random.default_rng(5)).export(ArtifactWriter(tmp_path))
