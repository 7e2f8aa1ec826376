"""BPR against implicit's own vectors, and the encoder that serves it against its definition."""

import numpy as np
from implicit.bpr import BayesianPersonalizedRanking

from tests.training.algorithms.matrices import N_USERS, learnt, matrix
from training.algorithms.bpr import BPR
from training.algorithms.vectors import RIDGE, encoder

FACTORS = 5
SETTINGS = {"factors": FACTORS, "learning_rate": 0.1, "regularization": 0.02, "iterations": 7}


def implicits(seed: int) -> BayesianPersonalizedRanking:
    """Return implicit's model, fitted with one thread on who had what."""
    drawn = int(np.random.default_rng(seed).integers(2**31))
    theirs = BayesianPersonalizedRanking(**SETTINGS, random_state=drawn, num_threads=1)
    theirs.fit(learnt(matrix()).matrix(binary=True), show_progress=False)
    return theirs


def test_item_vectors_are_implicits_own() -> None:
    """The same seed gives implicit's item vectors, the bias as their last number."""
    ours = BPR(**SETTINGS).fit(learnt(matrix()), np.random.default_rng(5))  # type: ignore[arg-type]
    assert ours.item_vectors_.shape == (matrix().shape[1], FACTORS + 1)
    assert (ours.item_vectors_ == implicits(5).item_factors).all()


def test_another_seed_gives_other_vectors() -> None:
    """The generator that is passed in is what chance comes from."""
    ours = BPR(**SETTINGS).fit(learnt(matrix()), np.random.default_rng(6))  # type: ignore[arg-type]
    assert (ours.item_vectors_ != implicits(5).item_factors).any()


def test_weights_do_not_count() -> None:
    """Who had what is learnt, not how much of it."""
    heavy, light = (
        BPR(**SETTINGS).fit(learnt(weights), np.random.default_rng(5))  # type: ignore[arg-type]
        for weights in (matrix(), np.sign(matrix()))
    )
    assert (heavy.item_vectors_ == light.item_vectors_).all()
    assert (heavy.encoder_ == light.encoder_).all()


def test_the_encoder_is_the_ridge_regression_of_users_on_their_items() -> None:
    """No small change of the encoder lowers the squared error over users and the ridge, and strangers do not count."""
    theirs, weights = implicits(5), matrix()
    ours = BPR(**SETTINGS).fit(learnt(weights), np.random.default_rng(5))  # type: ignore[arg-type]
    had = weights > 0
    means = np.stack([theirs.item_factors[row].mean(axis=0, dtype=np.float64) for row in had])
    lines = np.hstack([means, np.ones((N_USERS, 1))])
    padded = np.vstack([lines, np.sqrt(RIDGE) * np.eye(FACTORS + 2)])
    wanted = np.vstack([theirs.user_factors, np.zeros((FACTORS + 2, FACTORS + 1))])
    solution = np.linalg.lstsq(padded, wanted, rcond=None)[0]
    assert ours.encoder_.shape == (FACTORS + 2, FACTORS + 1)
    np.testing.assert_allclose(ours.encoder_, solution, rtol=1e-4, atol=1e-5)


def test_users_without_a_history_do_not_shape_the_encoder() -> None:
    """Who had nothing has no mean, and changes nothing."""
    items = implicits(5).item_factors
    users = np.random.default_rng(1).normal(size=(N_USERS + 3, FACTORS + 1)).astype(np.float32)
    alone = encoder(learnt(matrix()), users[:N_USERS], items)
    assert (encoder(learnt(matrix(), strangers=3), users, items) == alone).all()
