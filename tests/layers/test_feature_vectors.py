"""What is known of a user becomes a vector: what is stored, what a request says, and what training did not know."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

from tests.layers.artifacts import write_draft
from warmstart.artifact import Artifact
from warmstart.errors import Incompatible
from warmstart.feature_vectors import FEATURES_FILE, NONE, FeatureVectors
from warmstart.ids import UNKNOWN
from warmstart.manifest import ARRAYS

VALUES = [
    ["sex", "sex_f"],
    ["sex", "sex_m"],
    ["age", "age_young"],
    ["age", "age_old"],
]  # not by column
POWERS = np.stack([2 ** np.arange(4), 3 ** np.arange(4)], axis=1).astype(np.float32)  # every sum tells its values
ARRAYS_OF = {
    "feature_vectors": POWERS,
    "feature_base": np.array([0, 1], np.float32),
    "user_features": np.array([[NONE, NONE], [2, 0], [NONE, 1]], np.int32),  # age, sex
}
NOBODY, YOUNG_F, M = range(3)


def opened(folder: Path, values: Any = VALUES, **arrays: Any) -> FeatureVectors:
    """Open an artifact's features, some of its arrays replaced or, where None, left out."""
    described = write_draft(folder)
    kept = {name: array for name, array in {**ARRAYS_OF, **arrays}.items() if array is not None}
    save_file(kept, folder / ARRAYS)
    (folder / FEATURES_FILE).write_text(json.dumps(values), encoding="utf8")
    return FeatureVectors.load(Artifact.open(folder, described), n_users=3, factors=2)


def vector(*values: int) -> list[float]:
    """Return the sum of the vectors of some values."""
    found: list[float] = POWERS[[*values]].sum(axis=0).tolist()
    return found


@pytest.mark.parametrize(
    ("user", "features", "expected"),
    [
        (YOUNG_F, {}, vector(2, 0)),
        (M, {}, vector(1)),
        (UNKNOWN, {"sex": "m", "age": "old"}, vector(1, 3)),
        (YOUNG_F, {"age": "old"}, vector(3, 0)),
        (YOUNG_F, {"sex": ["m", "f"]}, vector(2, 1, 0)),
        (YOUNG_F, {"sex": ["m", "m"]}, vector(2, 1)),
        (UNKNOWN, {"sex": " M", "age": "age_old"}, vector(1, 3)),
        (UNKNOWN, {"age": ("young", "old")}, vector(2, 3)),
        (YOUNG_F, {"sex": "unheard of"}, vector(2)),
        (YOUNG_F, {"sex": []}, vector(2)),
        (UNKNOWN, {"sex": ["unheard of", "m"]}, vector(1)),
        (M, {"city": "f", "age": "f"}, vector(1)),
    ],
)
def test_values_add_up(tmp_path: Path, user: int, features: dict[str, Any], expected: list[float]) -> None:
    """A column that the request names stands in place of the stored one; what training did not know adds nothing."""
    found = opened(tmp_path).sum(user, features)
    assert found is not None
    assert found.tolist() == expected


@pytest.mark.parametrize(
    ("user", "features"),
    [
        (UNKNOWN, {}),
        (NOBODY, {}),
        (UNKNOWN, {"sex": "unheard of"}),
        (UNKNOWN, {"city": "f"}),
        (M, {"sex": "unheard of"}),
        (M, {"sex": ""}),
    ],
)
def test_nothing_known_is_no_vector(tmp_path: Path, user: int, features: dict[str, Any]) -> None:
    """Where no value is known there is no vector, rather than one of zeros."""
    assert opened(tmp_path).sum(user, features) is None


def test_a_stored_value_without_a_vector_is_not_known(tmp_path: Path) -> None:
    """A row beyond the vectors adds nothing, rather than what lies at the other end."""
    found = opened(tmp_path, user_features=np.array([[4, NONE], [-2, 0], [NONE, 1]], np.int32))
    assert found.sum(NOBODY, {}) is None
    known = found.sum(YOUNG_F, {})
    assert known is not None
    assert known.tolist() == vector(0)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"values": VALUES[1:]}, "names 3 features, there are 4 vectors"),
        ({"values": 7}, "does not name features"),
        ({"values": [["sex"]] * 4}, "does not name features"),
        ({"values": [*VALUES[:3], VALUES[0]]}, "names a feature twice"),
        ({"feature_vectors": POWERS[:, :1]}, "feature_vectors"),
        ({"feature_vectors": None}, "feature_vectors is missing"),
        ({"feature_base": np.zeros(3, np.float32)}, "feature_base"),
        ({"user_features": np.zeros((2, 2), np.int32)}, "user_features"),
        ({"user_features": np.zeros((3, 1), np.int32)}, "user_features"),
        ({"user_features": np.zeros((3, 2), np.int64)}, "user_features"),
    ],
)
def test_what_does_not_fit_is_refused(tmp_path: Path, changed: dict[str, Any], message: str) -> None:
    """Vectors, names and users must be as many as each other say."""
    with pytest.raises(Incompatible, match=message):
        opened(tmp_path, **changed)
