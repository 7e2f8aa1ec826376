"""From values to places on a plot."""

import math
from collections.abc import Sequence
from typing import NamedTuple

TINY = 1e-300  # a value below is drawn as 0: a tenth of it may be no number any more


class Scale(NamedTuple):
    """A straight line from values to units of a drawing."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """Return where a value stands."""
        return self.start + (self.end - self.start) * (value - self.low) / (self.high - self.low)

    def ticks(self) -> list[float]:
        """Return round values in the range: 3 to 7 of them."""
        step = _step(self.high - self.low)
        first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
        return [place * step for place in range(first, last + 1)]


def spanning(values: Sequence[float], start: float, end: float) -> Scale:
    """Return a scale from one round value to another, with 0 in it where that costs less than half the room."""
    low, high = min(values, default=0.0), max(values, default=1.0)
    if 0 <= low <= high / 2:
        low = 0.0
    largest = max(abs(low), abs(high))
    if largest < TINY:
        low, high = 0.0, 1.0
    elif high - low <= 1e-9 * largest:
        low, high = low - abs(low) / 10, high + abs(high) / 10
    step = _step(high - low)
    return Scale(math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step, start, end)


def written(tick: float, ticks: Sequence[float]) -> str:
    """Write a tick with as many digits as tell it from its neighbours."""
    step = abs(ticks[1] - ticks[0]) if len(ticks) > 1 else abs(tick)
    digits = min(max(0, -math.floor(math.log10(step) + 1e-9)), 12) if step else 0
    return f"{tick:,.{digits}f}" if tick else "0"


def spread(places: Sequence[float], gap: float, first: float, last: float) -> list[float]:
    """Move places apart by no less than a gap, in their order, as little as need be, between first and last."""
    order = sorted(range(len(places)), key=places.__getitem__)
    moved, least = [*places], first
    for place in order:
        moved[place] = max(moved[place], least)
        least = moved[place] + gap
    most = last
    for place in reversed(order):
        moved[place] = min(moved[place], most)
        most = moved[place] - gap
    return moved


def _step(width: float) -> float:
    """Return a round step that goes three to seven times into a width."""
    power = 10.0 ** math.floor(math.log10(width))
    return next(factor * power for factor in (0.2, 0.5, 1.0, 2.0) if width / (factor * power) <= 6)
