"""Drafts with a wrong content in arrays of the right type and shape."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from warmstart.manifest import ARRAYS


def spoil(folder: Path, name: str, place: int | slice, value: int) -> None:
    """Put a value into an array of a draft, at one place or at several."""
    arrays: dict[str, NDArray[np.generic]] = load_file(folder / ARRAYS)
    arrays[name][place] = value
    save_file(arrays, folder / ARRAYS)
