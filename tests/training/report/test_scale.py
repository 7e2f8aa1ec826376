"""Places on a plot."""

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from training.report.scale import spanning, spread, written

numbers = st.floats(-1e12, 1e12, allow_nan=False).map(lambda x: float(f"{x:.6g}"))


@given(st.lists(numbers, max_size=20))
@example([5e-324])
def test_every_value_is_on_the_plot(values: list[float]) -> None:
    """Whatever the values, they lie between the ends, and at least two round values stand beside them."""
    scale = spanning(values, 300.0, 10.0)
    assert all(9.9 <= scale.at(value) <= 300.1 for value in values)
    assert 2 <= len(scale.ticks()) <= 8


@pytest.mark.parametrize(
    ("values", "ends"),
    [([0.031, 0.12], (0.0, 0.12)), ([5.1, 5.9], (5.0, 6.0)), ([3.0, 3.0], (2.7, 3.3)), ([0.0], (0.0, 1.0))],
)
def test_ends_are_round_and_zero_is_shown_where_it_is_near(values: list[float], ends: tuple[float, float]) -> None:
    """A scale starts at 0 unless that would waste half of it; a single value stands in the middle."""
    scale = spanning(values, 0.0, 1.0)
    assert (scale.low, scale.high) == pytest.approx(ends)


@pytest.mark.parametrize(
    ("ticks", "texts"),
    [
        ([0.0, 0.05, 0.1], ["0", "0.05", "0.10"]),
        ([1000.0, 2000.0], ["1,000", "2,000"]),
        ([0.5], ["0.5"]),
        ([0.0], ["0"]),
    ],
)
def test_ticks_have_as_many_digits_as_their_step(ticks: list[float], texts: list[str]) -> None:
    """Neighbours are told apart, and no digit is there for nothing."""
    assert [written(tick, ticks) for tick in ticks] == texts


@given(st.lists(st.floats(10, 200), max_size=10))
def test_names_never_cover_each_other(places: list[float]) -> None:
    """Moved names keep their order, their distance and the frame."""
    moved = spread(places, 14.0, 10.0, 200.0)
    in_order = [moved[n] for n in sorted(range(len(places)), key=places.__getitem__)]
    assert all(after - before >= 13.99 for before, after in pairwise(in_order))
    assert all(9.99 <= place <= 200.01 for place in moved)
