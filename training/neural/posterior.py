"""What a history tells of a user, and what is thought of one before: normal distributions without covariances."""

import math
from typing import NamedTuple

import torch

WEIGHTS = (0.15, 0.75, 0.1)  # of the composite prior: standard normal, the epoch before, and a wide normal
WIDE = 10.0  # log variance of the last of them


class Posterior(NamedTuple):
    """What a history tells of a user: a normal distribution."""

    mean: torch.Tensor  # (b, factors)
    log_variance: torch.Tensor  # (b, factors)

    def drawn(self) -> torch.Tensor:
        """Draw from it: (b, factors)."""
        return self.mean + torch.randn_like(self.mean) * (0.5 * self.log_variance).exp()

    def log_density(self, at: torch.Tensor) -> torch.Tensor:
        """Return the logarithm of its density in each direction: (b, factors)."""
        squares = (at - self.mean) ** 2 / self.log_variance.exp()
        return -0.5 * (self.log_variance + math.log(2 * math.pi) + squares)


def composite_log_density(before: Posterior, at: torch.Tensor) -> torch.Tensor:
    """Return the logarithm of the composite prior's density in each direction: (b, factors)."""
    nought = torch.zeros_like(at)
    parts = (Posterior(nought, nought), before, Posterior(nought, nought + WIDE))
    weighed = [part.log_density(at) + math.log(weight) for part, weight in zip(parts, WEIGHTS, strict=True)]
    return torch.logsumexp(torch.stack(weighed), 0)
