"""Which events of a history speak loudest for an item."""

import numpy as np
import pytest

from warmstart.reasons import MOST, strongest

ITEMS = np.array([3, 5, 8, 13], np.int32)


def said(*parts: float) -> list[tuple[int, float]]:
    """What is named behind one item."""
    (reason,) = strongest(ITEMS[: len(parts)], np.array([parts], float))
    assert reason.neighbours is None
    return list(zip(reason.history.tolist(), reason.shares.tolist(), strict=True))


def test_shares_are_of_all_that_speaks_for_an_item() -> None:
    """The largest three are named, and the fourth counts in the whole."""
    assert said(1, 4, 2, 3) == [(5, pytest.approx(0.4)), (13, pytest.approx(0.3)), (8, pytest.approx(0.2))]
    assert MOST == 3


def test_what_speaks_against_is_left_out() -> None:
    """It is neither named nor counted, so a list of all that speaks for it sums to 1."""
    assert said(-5, 3, 0, 1) == [(5, 0.75), (13, 0.25)]


def test_equal_shares_keep_the_history_s_order() -> None:
    """So the same question has the same answer."""
    assert [item for item, _ in said(1, 1, 1, 1)] == [3, 5, 8]


@pytest.mark.parametrize("parts", [(0.0, 0.0), (-1.0, -2.0), ()])
def test_nothing_that_speaks_for_it_is_no_reason(parts: tuple[float, ...]) -> None:
    """And no division by nothing."""
    with np.errstate(all="raise"):
        assert said(*parts) == []


def test_each_row_has_its_reason() -> None:
    """In the order of the rows."""
    reasons = strongest(ITEMS, np.eye(4)[[2, 0]])
    assert [reason.history.tolist() for reason in reasons] == [[8], [3]]
