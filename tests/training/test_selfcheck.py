"""What publishing tries before it commits."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from tests.training.datasets import SIZE, checkerboard, recipe
from tests.training.spoiled import spoil
from training.recipe import ModelSection
from training.selfcheck import check, check_in_fresh_process
from training.train import Training
from warmstart.errors import Incompatible
from warmstart.manifest import ARRAYS

POPULAR = ModelSection("popular", "popular", {})


@pytest.mark.parametrize(
    ("name", "place", "value", "message"),
    [
        ("seen_rows", 0, SIZE, "does not exist"),
        ("seen_indptr", 2, 0, "does not ascend"),
        ("fallback", slice(2), 1, "lacks one or has one twice"),
    ],
)
def test_rows_that_lead_nowhere_are_refused(
    name: str, place: int | slice, value: int, message: str, tmp_path: Path
) -> None:
    """Arrays of the right type and shape whose content would fail in a request never get published."""
    Training(recipe(POPULAR), checkerboard()).fit_whole(POPULAR, tmp_path)
    spoil(tmp_path, name, place, value)
    with pytest.raises(Incompatible, match=message):
        check(tmp_path)


def test_places_of_another_order_are_refused(tmp_path: Path) -> None:
    """Where rows and places do not lead to each other, other items would be excluded than those that were seen."""
    als = ModelSection("als", "als", {"factors": 2})
    Training(recipe(als), checkerboard()).fit_whole(als, tmp_path)
    arrays: dict[str, NDArray[np.generic]] = load_file(tmp_path / ARRAYS)
    check(tmp_path)
    save_file({**arrays, "item_places": np.roll(arrays["item_places"], 1)}, tmp_path / ARRAYS)
    with pytest.raises(Incompatible, match="do not lead to each other"):
        check(tmp_path)


def test_a_child_that_cannot_serve_says_why(tmp_path: Path) -> None:
    """The fresh process's last words are in the error."""
    manifest = Training(recipe(POPULAR), checkerboard()).fit_whole(POPULAR, tmp_path)
    (tmp_path / ARRAYS).write_bytes(b"no arrays")
    with pytest.raises(Incompatible, match="does not serve"):
        check_in_fresh_process(tmp_path, manifest)
