"""How a step's time grows with the number of users: t = a * n^b, fitted by least squares on logarithms."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

LIMIT = 1.15  # what no step's exponent may be above


class Growth(NamedTuple):
    """The fitted law."""

    a: float  # seconds
    b: float
    last: float  # the exponent between the two largest sizes alone, where starting a process hides less

    @property
    def met(self) -> bool:
        """Tell whether the step grows no faster than it may."""
        return self.b <= LIMIT


def fitted(seconds: Mapping[int, float]) -> Growth:
    """Fit the law to the seconds of at least two numbers of users."""
    sizes = np.log(sorted(seconds))
    times = np.log([seconds[users] for users in sorted(seconds)])
    b, log_a = np.polyfit(sizes, times, 1)
    last = (times[-1] - times[-2]) / (sizes[-1] - sizes[-2])
    return Growth(float(np.exp(log_a)), float(b), float(last))
