"""Rows of different lengths, end to end."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.layers.artifacts import Spec, write_draft
from warmstart.artifact import Artifact
from warmstart.errors import Incompatible
from warmstart.ragged import Ragged

LENGTHS = [2, 0, 3, 0, 0, 1, 0]
VALUES = np.arange(100, 106)
ROWS = Ragged(np.cumsum([0, *LENGTHS]))


def rows(*numbers: int) -> NDArray[np.int32]:
    """Numbers as rows."""
    return np.array(numbers, np.int32)


@pytest.mark.parametrize("chosen", [(), (1,), (0,), (2, 0), (5, 1, 2, 6, 2), (6,), tuple(range(7))])
def test_places_are_those_of_the_rows_in_the_order_asked(chosen: tuple[int, ...]) -> None:
    """Row after row, empty ones and repeated ones too, and how many each has."""
    places, lengths = ROWS.places(rows(*chosen))
    assert lengths.tolist() == [LENGTHS[row] for row in chosen]
    assert VALUES[places].tolist() == [value for row in chosen for value in VALUES[ROWS[row]].tolist()]


def test_a_row_is_a_slice() -> None:
    """From its beginning to the next one's."""
    assert [VALUES[ROWS[row]].tolist() for row in range(len(ROWS))] == [
        [100, 101],
        [],
        [102, 103, 104],
        [],
        [],
        [105],
        [],
    ]


def test_each_place_lies_in_one_row() -> None:
    """Never in an empty one."""
    assert ROWS.row_of(np.arange(6)).tolist() == [0, 0, 2, 2, 2, 5]


def loaded(folder: Path, indptr: NDArray[np.int64], n_rows: int, n_values: int) -> Ragged:
    """Open an index that an artifact holds."""
    manifest = write_draft(folder, Spec(arrays={"index": indptr}))
    return Ragged.load(Artifact.open(folder, manifest), "index", n_rows, n_values)


def test_an_index_that_fills_its_rows_is_opened(tmp_path: Path) -> None:
    """It has as many rows as it should."""
    assert len(loaded(tmp_path, np.array([0, 3, 5]), 2, 5)) == 2


@pytest.mark.parametrize(
    ("indptr", "n_rows", "n_values"),
    [([0, 3, 5], 2, 6), ([0, 3, 5], 2, 4), ([1, 3, 5], 2, 5), ([0, 3, 5], 3, 5), ([0, 3, 5], 1, 5)],
)
def test_an_index_that_does_not_is_incompatible(tmp_path: Path, indptr: list[int], n_rows: int, n_values: int) -> None:
    """It begins at 0, ends with the values, and has as many rows as it should; its name is told."""
    with pytest.raises(Incompatible, match="index"):
        loaded(tmp_path, np.array(indptr, np.int64), n_rows, n_values)
