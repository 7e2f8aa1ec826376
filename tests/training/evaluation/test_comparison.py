"""How sure a mean is, and whether two models differ."""

import numpy as np
import pytest

from training.evaluation.comparison import Sample, interval, paired
from training.evaluation.result import Paired

SEED = 5


def fold(values: list[float], first: int = 0) -> Sample:
    """Return one metric of users that are numbered from the first."""
    return np.arange(first, first + len(values), dtype=np.int32), np.array(values, float)[:, None]


def one(ours: list[Sample], theirs: list[Sample]) -> Paired:
    """Compare on one metric."""
    (found,) = paired(ours, theirs, SEED)
    return found


def test_the_mean_is_over_folds_of_means_over_users() -> None:
    """A fold of two users weighs as much as one of three; nan counts nowhere."""
    found = interval([fold([1.0, 3.0]), fold([0.0, 3.0, 3.0, np.nan])], SEED)
    assert found.mean.tolist() == [2.0]


def test_the_interval_is_that_of_a_mean() -> None:
    """For 400 users the bootstrap's 95 % interval is 1.96 standard errors wide on both sides, within a tenth."""
    values = np.random.default_rng(1).random(400)
    found = interval([fold(values.tolist())], SEED)
    half = 1.96 * values.std() / 20
    assert (found.high - found.low)[0] / 2 == pytest.approx(half, rel=0.1)
    assert found.low[0] < values.mean() < found.high[0]


def test_a_user_of_two_folds_is_one_unit() -> None:
    """The same users twice say as much as once; other users say more, so their interval is narrower."""
    values = np.random.default_rng(2).random(200).tolist()
    once = interval([fold(values)], SEED)
    same = interval([fold(values), fold(values)], SEED)
    others = interval([fold(values), fold(values, first=200)], SEED)
    assert same.low[0] == pytest.approx(once.low[0])
    assert (others.high - others.low)[0] < 0.8 * (once.high - once.low)[0]


def test_equal_models_cannot_be_told_apart() -> None:
    """No difference at all has p = 1."""
    found = one([fold([0.1, 0.2, 0.3])], [fold([0.1, 0.2, 0.3])])
    assert (found.difference, found.p, found.users, found.verdict) == (0.0, 1.0, 3, "same")


def test_one_of_five_users_decides_nothing() -> None:
    """With five differences of one sign, 2 of 32 sign patterns are as extreme: p = 1/16, which is no proof."""
    found = one([fold([0.2] * 5)], [fold([0.1] * 5)])
    assert found.p == pytest.approx(1 / 16, abs=0.02)
    assert found.verdict == "same"


def test_many_users_of_one_mind_decide() -> None:
    """Where forty users have more of one model, it is better; the other way round it is worse by as much."""
    rng = np.random.default_rng(3)
    low, high = fold(rng.random(40).tolist()), fold((rng.random(40) + 1).tolist())
    better, worse = one([high], [low]), one([low], [high])
    assert (better.verdict, worse.verdict) == ("better", "worse")
    assert better.difference == pytest.approx(-(worse.difference or 0))
    assert better.p == pytest.approx(1 / 2001)


def test_chance_is_called_chance() -> None:
    """Of 200 comparisons of models that do not differ about one in twenty is called a difference."""
    rng = np.random.default_rng(4)
    users = np.arange(60, dtype=np.int32)
    found = paired([(users, rng.random((60, 200)))], [(users, rng.random((60, 200)))], SEED)
    assert 2 <= sum(result.verdict != "same" for result in found) <= 20


def test_of_nobody_nothing_is_said() -> None:
    """A metric that no user has is None throughout, and cannot be told apart."""
    found = one([fold([np.nan])], [fold([np.nan])])
    assert (found.difference, found.low, found.p, found.users, found.verdict) == (None, None, None, 0, "same")
