"""Vectors of many users or items, some at a time."""

from collections.abc import Callable

import numpy as np
import torch

from warmstart.inner_product import Vectors
from warmstart.scorer import Rows


@torch.inference_mode()
def encoded(rows: Rows, at_once: int, encode: Callable[[Rows], torch.Tensor]) -> Vectors:
    """Return what a network makes of users or items: (len(rows), d)."""
    starts = range(0, len(rows), at_once)
    return np.concatenate([encode(rows[start : start + at_once]).cpu().numpy() for start in starts])
