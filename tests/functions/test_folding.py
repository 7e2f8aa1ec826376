"""A history becomes a vector: against implicit's own answer, and whether it is stored or comes with the request."""

from pathlib import Path

import numpy as np
import pytest
from implicit.als import AlternatingLeastSquares
from scipy import sparse

from functions.factorization.folding import Encoder, LeastSquares
from tests.training.algorithms.matrices import N_ITEMS, N_USERS, matrix, served
from warmstart.histories import Event
from warmstart.inner_product import Vectors
from warmstart.recommender import Ask, Recommendation, Recommender

D = 6
SETTINGS = {"factors": D, "regularization": 0.3, "alpha": 2.5}


def some(*shape: int) -> Vectors:
    """Return random vectors."""
    return np.random.default_rng(len(shape)).normal(size=shape).astype(np.float32)


def test_least_squares_is_implicits_recalculate_user() -> None:
    """From a user's items and weights comes the vector that implicit finds, to 1e-4."""
    theirs = AlternatingLeastSquares(**SETTINGS, iterations=3, random_state=1)
    weights = sparse.csr_matrix(matrix().astype(np.float32))
    theirs.fit(weights, show_progress=False)
    items = theirs.item_factors
    ours = LeastSquares(items.T @ items + SETTINGS["regularization"] * np.eye(D, dtype=np.float32), SETTINGS["alpha"])
    for user in range(N_USERS):
        vector = ours.vector(items[weights[user].indices], weights[user].data.astype(np.float64))
        np.testing.assert_allclose(vector, theirs.recalculate_user(user, weights[user]), atol=1e-4, rtol=1e-4)


def test_parts_of_least_squares_make_the_whole_score() -> None:
    """What the items of a history add sums to the score of each target."""
    items, targets, weights = some(9, D), some(D, 4).T, np.arange(1, 10) / 2
    folding = LeastSquares(items.T @ items + np.eye(D, dtype=np.float32), 3.0)
    parts = folding.parts(items, weights, targets)
    assert parts.shape == (4, 9)
    np.testing.assert_allclose(parts.sum(axis=1), targets @ folding.vector(items, weights), rtol=1e-4)


def test_parts_of_an_encoder_and_its_offset_make_the_whole_score() -> None:
    """What the items of a history add, and the offset that is nobody's, sum to the score of each target."""
    items, targets, weights, encoder = some(9, D), some(D, 4).T, np.arange(1, 10) / 2, some(D + 1, D)
    parts = Encoder(encoder).parts(items, weights, targets)
    assert parts.shape == (4, 9)
    scores = targets @ Encoder(encoder).vector(items, weights)
    np.testing.assert_allclose(parts.sum(axis=1) + targets @ encoder[-1], scores, rtol=1e-4, atol=1e-5)


def test_an_encoder_maps_the_mean_of_the_items() -> None:
    """Neither their number nor the sum of what they count lengthens the vector; what counts more draws it nearer."""
    items, encoder = some(3, D), some(D + 1, D)
    vector = Encoder(encoder).vector(items, np.ones(3))
    np.testing.assert_allclose(vector, np.append(items.mean(axis=0), 1) @ encoder, rtol=1e-4, atol=1e-5)
    often = Encoder(encoder).vector(np.tile(items, (4, 1)), np.full(12, 0.5))
    np.testing.assert_allclose(often, vector, rtol=1e-4, atol=1e-5)
    weighed = Encoder(encoder).vector(items, np.array([1.0, 0.5, 0.25]))
    mean = (items * np.array([[4], [2], [1]]) / 7).sum(axis=0)
    np.testing.assert_allclose(weighed, np.append(mean, 1) @ encoder, rtol=1e-4, atol=1e-5)


@pytest.fixture(scope="module", params=["bpr", "lightfm", "bpr-hnsw", "lightfm-hnsw"])
def encoding(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Recommender:
    """Return each model that is served by an encoder."""
    algorithm, _, search = request.param.partition("-")
    return served(algorithm, matrix(), tmp_path_factory.mktemp("made"), factors=4, search=search or "exact")


def test_an_encoded_history_answers_the_same_from_a_request_as_stored(encoding: Recommender) -> None:
    """A stranger who brings a user's history gets that user's items, scores and reasons, whatever the weights."""
    for user in range(N_USERS):
        stored, brought = asked_both_ways(encoding, user, weight=3.0)
        assert stored.items == brought.items
        assert stored.source == brought.source
        assert [d.because for d in stored.details] == [d.because for d in brought.details]
        assert scores(stored) == pytest.approx(scores(brought), abs=1e-6)


def test_what_is_known_of_a_user_is_no_part_of_a_folded_vector() -> None:
    """The first numbers are left to who knows them; parts still make the whole of the score."""
    items, targets, weights = some(9, D), some(D, 4).T, np.arange(1, 10) / 2
    gram = items.T @ items + np.eye(D, dtype=np.float32)
    plain, folding = LeastSquares(gram, 3.0), LeastSquares(gram, 3.0, known=2)
    vector = folding.vector(items, weights)
    assert vector[:2].tolist() == [0, 0]
    assert vector[2:].tolist() == plain.vector(items, weights)[2:].tolist()
    np.testing.assert_allclose(folding.parts(items, weights, targets).sum(axis=1), targets @ vector, rtol=1e-4)


@pytest.mark.parametrize("iterations", [1, 15])
def test_als_answers_the_same_from_a_request_as_stored(tmp_path: Path, iterations: int) -> None:
    """A stranger who brings a user's history gets that user's scores, to 1e-4, however far training has come."""
    recommender = served("als", matrix(), tmp_path, **SETTINGS, iterations=iterations)
    for user in range(N_USERS):
        stored, brought = asked_both_ways(recommender, user)
        found = dict(zip(brought.items, scores(brought), strict=True))
        assert scores(stored) == pytest.approx([found[item] for item in stored.items], abs=1e-4)


def asked_both_ways(
    recommender: Recommender, user: int, *, weight: float | None = None
) -> tuple[Recommendation, Recommendation]:
    """Ask for a stored user, and for a stranger with the same history, with its weights or with another."""
    weights = matrix()[user]
    history = [Event(int(item), weight or float(weights[item])) for item in np.flatnonzero(weights)]
    stored = recommender.recommend(Ask(user_id=user, k=N_ITEMS, explain=True))
    return stored, recommender.recommend(Ask(history=history, k=N_ITEMS, explain=True))


def scores(answer: Recommendation) -> list[float]:
    """Return the scores, all of which the model gave."""
    assert answer.source == "model"
    return [detail.score or 0.0 for detail in answer.details]
