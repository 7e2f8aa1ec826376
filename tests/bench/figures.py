"""What a benchmark hands back: times beside their peers', other amounts, and whether the goal was met."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Times = Sequence[float]  # ms


class Skipped(Exception):
    """A benchmark that cannot run here; the message says what it needs."""


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One time beside its peer's, both from one run."""

    name: str
    ms: float
    peer: str  # what it is held against
    peer_ms: float
    limit: float | None = None  # the goal: at most this; None where the figure only informs
    limits: Literal["ratio", "ms"] = "ratio"  # what the goal is about
    bound: str = ""  # the least that this machine needs for it; empty where that is the peer, or nobody knows
    bound_ms: float | None = None  # measured in the same run
    raw: Mapping[str, Times] = field(default_factory=dict)
    parts: Mapping[str, float] = field(default_factory=dict)  # where the time goes, ms

    @property
    def ratio(self) -> float:
        """Return the time over its peer's."""
        return self.ms / self.peer_ms

    @property
    def times_bound(self) -> float | None:
        """Return the time over its bound."""
        return None if self.bound_ms is None else self.ms / self.bound_ms

    @property
    def goal(self) -> str:
        """Return the goal in words."""
        if self.limit is None:
            return "-"
        return f"<= {self.limit:g}" if self.limits == "ratio" else f"<= {self.limit:g} ms"

    @property
    def verdict(self) -> str:
        """Return whether the goal was met, or by how much it was missed."""
        over = (self.ratio if self.limits == "ratio" else self.ms) - (self.limit or 0)
        if self.limit is None:
            return "-"
        return "met" if over <= 0 else f"missed by {over:.2f}" + (" ms" if self.limits == "ms" else "")

    def to_json(self) -> dict[str, Any]:
        """Return everything, ratio and verdict included, as plain values."""
        return {**asdict(self), "ratio": self.ratio, "times_bound": self.times_bound, "verdict": self.verdict}


@dataclass(frozen=True, kw_only=True)
class Amount:
    """One number that is no time."""

    name: str
    amount: float
    unit: str  # what it counts; empty for a metric
    limit: float | None = None  # the goal: at most this; None where the amount only informs

    @property
    def goal(self) -> str:
        """Return the goal in words."""
        return "-" if self.limit is None else f"<= {self.limit:g} {self.unit}"

    @property
    def verdict(self) -> str:
        """Return whether the goal was met, or by how much it was missed."""
        if self.limit is None:
            return "-"
        over = self.amount - self.limit
        return "met" if over <= 0 else f"missed by {over:.2f} {self.unit}"

    def to_json(self) -> dict[str, Any]:
        """Return everything, verdict included, as plain values."""
        return {**asdict(self), "verdict": self.verdict}


def figure_of(values: Mapping[str, Any]) -> Figure | Amount:
    """Return what `asdict` made of a time or an amount."""
    return Amount(**values) if "amount" in values else Figure(**values)
