"""Whole users held back, and who answers them."""

import numpy as np
import polars as pl

from tests.training.datasets import recipe, tables
from training.evaluation.cold import ColdFold, better
from training.evaluation.measure import Measured
from training.interactions import Events
from training.recipe import ModelSection
from training.train import Training

N_USERS, N_ITEMS = 400, 12
LIGHTFM = ModelSection("lightfm", "lightfm", {"factors": 8, "epochs": 10})


def events(*, described: bool = True, n_users: int = N_USERS, absent: int = 0) -> Events:
    """Return users of two kinds, "a" and "b", who have the even and the odd items, and some who have none."""
    users, items = np.nonzero(np.fromfunction(lambda u, i: (u + i) % 2 == 0, (n_users, N_ITEMS)))
    kinds = [("a", "b")[user % 2] for user in range(n_users + absent)]
    features = pl.DataFrame({"user_id": range(n_users + absent), "kind": kinds}) if described else None
    return Events.of(tables(users, items, features=features))


def test_nothing_is_learnt_of_who_is_held_back() -> None:
    """A fifth of the users have no event among what is learnt, and all of theirs are what is right."""
    fold = ColdFold.of(events(), seed=1)
    assert fold is not None
    held = fold.truth.users
    assert len(held) == N_USERS // 5
    assert not np.isin(events().users[fold.learn], held).any()
    assert fold.truth.counts.tolist() == [N_ITEMS // 2] * len(held)


def test_few_or_unknown_users_decide_nothing() -> None:
    """Where nothing is known of users, or a fifth of them are under fifty, there is no fold."""
    assert ColdFold.of(events(described=False), seed=1) is None
    assert ColdFold.of(events(n_users=249), seed=1) is None
    assert ColdFold.of(events(n_users=250), seed=1) is not None


def test_who_has_no_event_is_not_asked_for() -> None:
    """Described users without events take no place among those held back."""
    fold = ColdFold.of(events(absent=N_USERS), seed=1)
    assert fold is not None
    assert len(fold.truth.users) == N_USERS // 5


def test_items_that_only_the_held_back_had_are_no_answers() -> None:
    """Nobody can recommend what was never learnt."""
    users, items = np.nonzero(np.fromfunction(lambda u, i: (u + i) % 2 == 0, (N_USERS, N_ITEMS)))
    users, items = np.append(users, np.arange(N_USERS)), np.append(items, N_ITEMS + np.arange(N_USERS))
    kinds = pl.DataFrame({"user_id": range(N_USERS), "kind": ["a"] * N_USERS})
    fold = ColdFold.of(Events.of(tables(users, items, features=kinds)), seed=1)
    assert fold is not None
    assert fold.truth.counts.tolist() == [N_ITEMS // 2] * (N_USERS // 5)


def test_who_answers_better_is_in_the_settings_and_on_record() -> None:
    """Without segments features know the kind and popular does not: the version answers by features, and says why."""
    users, items = np.nonzero(np.fromfunction(lambda u, i: (u + i) % 2 == 0, (N_USERS, N_ITEMS)))
    kept = np.random.default_rng(3).random(len(users)) < 0.7
    kinds = pl.DataFrame({"user_id": range(N_USERS), "kind": [("a", "b")[user % 2] for user in range(N_USERS)]})
    training = Training(recipe(LIGHTFM), tables(users[kept], items[kept], features=kinds))
    trial = training.measure(LIGHTFM)
    assert trial.params["cold"] == "features"
    features, popular = (trial.without_history["cold"][answer]["ndcg@10"] for answer in ("features", "popular"))
    assert features > popular + 0.1


def test_the_higher_ndcg_wins() -> None:
    """Whichever it is."""
    none = np.empty(0, np.int32)
    found = {
        name: Measured({"ndcg@10": value}, 1, 1.0, ordered=True, asked=none, items=none, values={})
        for name, value in (("features", 0.2), ("popular", 0.3))
    }
    assert better(found) == "popular"
