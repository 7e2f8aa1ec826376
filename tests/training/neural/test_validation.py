"""What is held back to tell when to stop: the newest items, never all of anybody's."""

import numpy as np
import pytest

from tests.training.datasets import DAY, tables
from tests.training.neural.given import some
from training.interactions import Events, Interactions
from training.neural.validation import SHARE, hold_back
from warmstart.ids import rows_among


def pairs(interactions: Interactions) -> set[tuple[int, int]]:
    """Return user rows and item ids."""
    ids = [int(item) for item in interactions.item_ids.external(interactions.items)]
    return {*zip(interactions.users.tolist(), ids, strict=True)}


def test_the_newest_are_held_back() -> None:
    """A tenth of a user's items, at least one, and those before them are what the user is known by."""
    rng = np.random.default_rng(3)
    users, items = np.nonzero(rng.random((20, 60)) < 0.7)
    whole = Events.of(tables(users, items, times=rng.permutation(len(users)) * DAY)).interactions()
    found = hold_back(whole, 0.5, np.random.default_rng(1))
    assert found is not None
    learn, held = found
    assert len(held.users) == 10
    out = pairs(whole) - pairs(learn)
    for row, user in enumerate(held.users.tolist()):
        start, stop = whole.indptr[user : user + 2]
        newest = whole.items[stop - int(SHARE * (stop - start)) : stop]
        assert {item for who, item in out if who == user} == {int(i) for i in whole.item_ids.external(newest)}
        rows = rows_among(learn.item_ids, whole.item_ids)
        assert {*held.right[row].indices.tolist()} == {*rows[newest].tolist()}
        assert {*held.seen[row].indices.tolist()} == {*rows[whole.items[start : stop - len(newest)]].tolist()}


@pytest.mark.parametrize("timed", [True, False])
@pytest.mark.parametrize("share", [0.1, 1.0])
def test_nobody_is_left_without_items(share: float, timed: bool) -> None:
    """Who has one item keeps it, and who is held back of keeps most."""
    whole = some(timed=timed)
    found = hold_back(whole, share, np.random.default_rng(1))
    assert found is not None
    before, after = np.diff(whole.indptr), np.diff(found[0].indptr)
    assert ((after >= 1) | (before == 0)).all()
    assert (before - after <= np.maximum(1, SHARE * before)).all()
    assert (after[before == 1] == 1).all()


def test_without_times_any_are_held_back() -> None:
    """Not the last in the table's order: that says nothing."""
    whole = some(timed=False, users=60)
    found = hold_back(whole, 1.0, np.random.default_rng(1))
    assert found is not None
    out = np.array([pair not in pairs(found[0]) for pair in sorted(pairs(whole))])
    last = np.zeros(len(whole.items), np.bool_)
    last[whole.indptr[1:][np.diff(whole.indptr) > 0] - 1] = True
    assert 0 < (out & last).sum() < 0.7 * out.sum()


def test_the_seed_chooses_who() -> None:
    """The same generator state the same users, another others."""
    one, again, other = (hold_back(some(), 0.4, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert one is not None
    assert again is not None
    assert other is not None
    assert one[1].users.tolist() == again[1].users.tolist() != other[1].users.tolist()


@pytest.mark.parametrize("items", [[1, 2, 3], [1, 1, 1]])
def test_nobody_with_two_items_is_no_fold(items: list[int]) -> None:
    """There is nothing to hold back."""
    whole = Events.of(tables([1, 2, 3], items, times=[DAY, 2 * DAY, 3 * DAY])).interactions()
    assert hold_back(whole, 1.0, np.random.default_rng(1)) is None


def test_items_that_only_one_user_had_are_no_fold() -> None:
    """Held back, nothing could be learnt of them, so there is no right answer to find."""
    whole = Events.of(tables([1, 1, 2, 2], [1, 2, 3, 4], times=np.arange(4) * DAY)).interactions()
    assert hold_back(whole, 1.0, np.random.default_rng(1)) is None


def test_ndcg_is_that_of_its_formula() -> None:
    """Of lists without what was seen, over the best that can be."""
    whole = some(users=40)
    found = hold_back(whole, 1.0, np.random.default_rng(1))
    assert found is not None
    learn, held = found
    rng = np.random.default_rng(5)
    users, items = (rng.normal(size=(n, 3)).astype(np.float32) for n in (len(held.users), learn.n_items))
    expected = []
    for row in range(len(users)):
        order = [i for i in np.argsort(-(items @ users[row])).tolist() if i not in held.seen[row].indices][:10]
        right = {*held.right[row].indices.tolist()}
        gain = sum(1 / np.log2(place + 2) for place, item in enumerate(order) if item in right)
        expected.append(gain / sum(1 / np.log2(place + 2) for place in range(min(10, len(right)))))
    assert held.ndcg(users, items) == pytest.approx(np.mean(expected))
