"""The list of prices, and what amounts cost by it."""

import pytest

from infra.costs.prices import PRICES, Price, cost


@pytest.mark.parametrize(
    ("calls", "dollars"),
    [
        (0, 0),
        (1e6, 3.50),
        (333e6, 333 * 3.50),
        (1000e6, 333 * 3.50 + 667 * 2.80),
        (1001e6, 333 * 3.50 + 667 * 2.80 + 2.38),
    ],
)
def test_calls_of_the_gateway_cost_less_by_tier(calls: float, dollars: float) -> None:
    """Each part of a month's calls costs what its tier says."""
    assert cost("api_call_million", calls) == pytest.approx(dollars)


def test_beyond_the_last_tier() -> None:
    """There the price without a bound holds."""
    assert cost("out_gb", 151e3) == pytest.approx(10e3 * 0.09 + 40e3 * 0.085 + 100e3 * 0.07 + 1e3 * 0.05)


@pytest.mark.parametrize("price", PRICES.values(), ids=PRICES.keys())
def test_every_price_says_where_it_is_from(price: Price) -> None:
    """AWS's page, where the number was read, and when; tiers rise."""
    assert price.page.startswith("https://aws.amazon.com/")
    assert price.unit
    assert price.seen
    assert price.on.year >= 2026
    assert [most for most, _ in price.tiers] == sorted(most for most, _ in price.tiers)


def test_what_was_read_on_a_page_of_aws_is_told_from_what_was_not() -> None:
    """Copies and notes are no pages of AWS."""
    assert PRICES["trace_million"].official
    assert not PRICES["personalize_call_million"].official
