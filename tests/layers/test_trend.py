"""What is wanted now: half as much after each half-life."""

import numpy as np
import pytest

from warmstart.trend import LEAST, Prior, decayed, demand_prior, positive, softplus


def test_an_event_counts_less_the_older_it_is() -> None:
    """One today, a half after a half-life, a quarter after two."""
    weights = decayed(np.array([0, 7, 14], np.float32), half_life=7)
    assert weights.tolist() == pytest.approx([1, 0.5, 0.25])
    assert weights.dtype == np.float32


def test_past_a_number_of_days_it_counts_nothing() -> None:
    """The limit itself is past."""
    weights = decayed(np.array([0, 6.9, 7, 100], np.float32), half_life=7, days=7)
    assert (weights > 0).tolist() == [True, True, False, False]


def test_a_prior_is_a_power_of_the_share_of_the_largest_demand() -> None:
    """The largest is 1; what nobody wants keeps a little."""
    found = demand_prior(np.array([4, 1, 0], np.float32), 0.5)
    assert found.tolist() == pytest.approx([1, 0.5, LEAST**0.5])


def test_scales_are_positive_and_keep_the_order() -> None:
    """What is not above 0 is 0 on the one, and little on the other; nothing overflows."""
    scores = np.array([-1e4, -1, 0, 2, 1e4], np.float32)
    assert positive(scores).tolist() == [0, 0, 0, 2, 1e4]
    assert softplus(scores).tolist() == pytest.approx([0, 0.313262, 0.693147, 2.126928, 1e4], abs=1e-5)


def test_a_floor_lets_demand_alone_count() -> None:
    """Without a score an item has its factor's part of the floor; what has one has it on top."""
    prior = Prior(np.array([1, 0.5], np.float32), positive, floor=2.0)
    assert prior.fuse(np.array([[0, 0], [-1, 6]], np.float32)).tolist() == [[2, 1], [2, 4]]


def test_some_items_are_fused_with_their_own_factors() -> None:
    """Scores of a part of the items meet the factors of that part."""
    prior = Prior(np.array([1, 0.5, 0.25], np.float32), positive)
    scores = np.array([[8, -8]], np.float32)
    assert prior.fuse(scores, np.array([2, 0], np.int32)).tolist() == [[2, 0]]
    assert prior.fuse(scores, slice(1, 3)).tolist() == [[4, 0]]


def test_what_was_fused_can_be_taken_apart() -> None:
    """Without factor and floor a fused score is what it was, on its positive scale."""
    prior = Prior(np.array([0.5, 1.0, 0.25], np.float32), positive, floor=0.1)
    scores = np.array([2.0, 0.0, 3.0], np.float32)
    items = np.array([2, 0], np.int32)
    assert prior.unfused(prior.fuse(scores)[items], items) == pytest.approx(scores[items])
