"""Steps down a loss."""

from collections.abc import Iterator

import pytest
import torch

from training.neural.descent import descend
from warmstart.errors import DataError


def test_the_mean_is_over_all_that_was_predicted() -> None:
    """Batches count by their size, and each step is taken before the next loss is computed."""
    weight = torch.nn.Parameter(torch.tensor(1.0))

    def losses() -> Iterator[tuple[torch.Tensor, int]]:
        yield weight * 1, 3
        yield weight * 1, 1

    assert descend(losses(), torch.optim.SGD([weight], lr=0.5)) == pytest.approx((3 * 1.0 + 1 * 0.5) / 4)


def test_a_gpu_without_memory_is_said() -> None:
    """It is an error of the settings, with what to do."""

    def losses() -> Iterator[tuple[torch.Tensor, int]]:
        raise torch.OutOfMemoryError("CUDA out of memory")
        yield

    with pytest.raises(DataError, match="take a smaller one"):
        descend(losses(), torch.optim.SGD([torch.nn.Parameter(torch.tensor(1.0))]))
