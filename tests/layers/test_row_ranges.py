"""Rows that do not exist are refused when a version is opened, whatever part of it names them."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.layers.artifacts import N_ITEMS, N_USERS, SEGMENTS, DotScorer, Spec, write_draft
from warmstart.artifact import Artifact
from warmstart.errors import Incompatible
from warmstart.recommender import Recommender
from warmstart.row_ranges import refuse_out_of_range


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("part.weights_targets", np.array([0, N_ITEMS], np.uint16)),
        ("part.weights_indptr", np.array([0, 2**40, 2], np.int64)),
        ("item_users", np.array([N_USERS], np.int32)),
        ("item_places", np.array([-1], np.int32)),
        ("user_segment", np.full(N_USERS, len(SEGMENTS), np.int32)),
    ],
)
def test_a_row_that_does_not_exist_is_refused(tmp_path: Path, name: str, values: NDArray[Any]) -> None:
    """Its array is named."""
    manifest = write_draft(tmp_path, Spec(segments=True, arrays={name: values}))
    with pytest.raises(Incompatible, match=name):
        refuse_out_of_range(Artifact.open(tmp_path, manifest), N_USERS, N_ITEMS)


def test_a_good_version_is_opened(tmp_path: Path) -> None:
    """With segments, of which a user may have none."""
    manifest = write_draft(tmp_path, Spec(segments=True))
    assert len(Recommender.open(tmp_path, manifest, DotScorer).item_ids) == N_ITEMS
