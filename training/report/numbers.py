"""Numbers and names as a reader wants them."""

from training.evaluation.result import Estimate, Paired
from training.evaluation.table import SMALL

HEAD, TAIL = 8, 7  # of a name in a plot: models of one family differ at the end


def digits_of(metric: str) -> int:
    """Return how many digits a metric has after the point; `metric` may end in @k."""
    return SMALL.get(metric.partition("@")[0], 4)


def number(value: float | None, metric: str) -> str:
    """Write a metric's value."""
    return "-" if value is None else f"{value:.{digits_of(metric)}f}"


def interval(estimate: Estimate | Paired, metric: str, *, signed: bool = False) -> str:
    """Write the 95 % interval; nothing where there is none."""
    if estimate.low is None or estimate.high is None:
        return ""
    sign = "+" if signed else ""
    return " to ".join(f"{end:{sign}.{digits_of(metric)}f}" for end in (estimate.low, estimate.high))


def short(name: str) -> str:
    """Cut a name in its middle to fit beside a plot."""
    return name if len(name) <= HEAD + TAIL + 1 else f"{name[:HEAD]}…{name[-TAIL:]}"


def listed(names: list[str]) -> str:
    """Join words as in a sentence."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
