"""What is wanted now: half as much after each half-life."""

import numpy as np
import pytest

from warmstart.trend import decayed


def test_an_event_counts_less_the_older_it_is() -> None:
    """One today, a half after a half-life, a quarter after two."""
    weights = decayed(np.array([0, 7, 14], np.float32), half_life=7)
    assert weights.tolist() == pytest.approx([1, 0.5, 0.25])
    assert weights.dtype == np.float32


def test_past_a_number_of_days_it_counts_nothing() -> None:
    """The limit itself is past."""
    weights = decayed(np.array([0, 6.9, 7, 100], np.float32), half_life=7, days=7)
    assert (weights > 0).tolist() == [True, True, False, False]
