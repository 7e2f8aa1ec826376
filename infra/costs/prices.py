"""The list of prices, `prices.toml`, read once."""

import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path

LIST = Path(__file__).with_name("prices.toml")
AWS = ("https://aws.amazon.com/", "https://docs.aws.amazon.com/")


@dataclass(frozen=True, kw_only=True)
class Price:
    """One price of us-east-1, in US dollars."""

    unit: str  # what it is paid for
    dollars: float  # beyond the last tier
    page: str  # where AWS publishes it
    seen: str  # where the number was read
    on: date  # the day when it was
    tiers: tuple[tuple[float, float], ...] = ()  # up to so many of a month, the price

    @property
    def official(self) -> bool:
        """Whether the number was read on a page of AWS."""
        return self.seen.startswith(AWS)

    def of(self, amount: float, per: float = 1) -> float:
        """What so many of a month cost, by tier.

        Args:
            amount: of what is paid for, as tiers count it.
            per: how many of these the price is for: 1e6 where it is that of a million.
        """
        dollars, counted = 0.0, 0.0
        for most, price in self.tiers:
            part = max(min(amount, most) - counted, 0.0)
            dollars, counted = dollars + part / per * price, counted + part
        return dollars + (amount - counted) / per * self.dollars


def _read() -> dict[str, Price]:
    table = tomllib.loads(LIST.read_text(encoding="utf-8"))
    return {
        name: Price(**{**entry, "tiers": tuple((most, price) for most, price in entry.get("tiers", ()))})
        for name, entry in table.items()
    }


PRICES = _read()


def cost(name: str, amount: float) -> float:
    """What so many cost by a price of the list; KeyError where it has none of this name.

    Args:
        name: of the price.
        amount: single calls, reads, interactions where the price is that of a million; else what its unit says.
    """
    return PRICES[name].of(amount, 1e6 if name.endswith("_million") else 1)
