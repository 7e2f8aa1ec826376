"""Measuring things in turn, so that whatever else the machine does falls on all of them alike."""

import time
from collections.abc import Callable, Mapping
from statistics import median

import numpy as np

Measure = Callable[[], float]  # does the thing once and returns its milliseconds


def interleaved(measures: Mapping[str, Measure], rounds: int) -> dict[str, list[float]]:
    """Measure each once per round; the first of a round is another one each time."""
    found: dict[str, list[float]] = {name: [] for name in measures}
    order = list(measures)
    for round_ in range(rounds):
        start = round_ % len(order)
        for name in order[start:] + order[:start]:
            found[name].append(measures[name]())
    return found


def timed(call: Callable[[], object]) -> Measure:
    """Return what measures a call."""

    def measure() -> float:
        started = time.perf_counter()
        result = call()
        elapsed = time.perf_counter() - started
        del result  # only now: to let go of what was made is no part of making it
        return elapsed * 1000

    return measure


def medians(times: Mapping[str, list[float]]) -> dict[str, float]:
    """Return the median of each."""
    return {name: median(values) for name, values in times.items()}


def percentile(times: list[float], percent: float) -> float:
    """Return a percentile."""
    return float(np.percentile(times, percent))
