"""Whom a fold asks for, and what is right."""

import numpy as np
import pytest

from tests.training.datasets import tables
from training.evaluation import truth
from training.evaluation.truth import Truth, truth_after
from training.interactions import Events


def right(found: Truth) -> list[tuple[int, int]]:
    """Return the pairs that count, in rows."""
    return [*zip(np.repeat(found.users, found.counts).tolist(), found.items.tolist(), strict=True)]


@pytest.mark.parametrize("together", [1, 7, 100, 2**22])
def test_what_was_had_before_is_not_right(together: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many events are looked at at a time: a pair of the fold counts unless it stood in the table before."""
    monkeypatch.setattr(truth, "TOGETHER", together)
    rng = np.random.default_rng(5)
    events = Events.of(tables(rng.integers(0, 20, 400), rng.integers(0, 30, 400)))
    before, test = (cut := rng.random(400)) < 0.4, cut > 0.7
    pairs = np.array([events.users, events.items]).T
    expected = {*map(tuple, pairs[test].tolist())} - {*map(tuple, pairs[before].tolist())}
    assert right(truth_after(events, ~test, before, test)) == sorted(expected)


def test_a_part_is_drawn_once() -> None:
    """The same seed draws the same people, ascending, with what they had; more than there are is all of them."""
    users, rounds = np.divmod(np.arange(90), 3)
    events, test = Events.of(tables(users, (users + rounds) % 10)), rounds == 2
    everybody = truth_after(events, ~test, ~test, test)
    some = everybody.at_most(7, 3)
    assert len(some.users) == len(some.user_ids) == len(some.counts) == 7
    assert set(right(some)) <= set(right(everybody))
    assert (
        some.users.tolist() == sorted(everybody.at_most(7, 3).users.tolist()) != everybody.at_most(7, 4).users.tolist()
    )
    assert everybody.at_most(30, 3) is everybody.at_most(None, 3) is everybody
