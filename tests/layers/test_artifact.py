"""A version on disk: named arrays, mapped and read-only, of the shape that was asked for."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.layers.artifacts import N_ITEMS, Spec, write_draft
from warmstart.artifact import Artifact
from warmstart.artifact_writer import ArtifactWriter, draft_hash
from warmstart.errors import Incompatible
from warmstart.manifest import ARRAYS, Manifest


@pytest.fixture
def artifact(tmp_path: Path) -> Artifact:
    """A small one."""
    return Artifact.open(tmp_path, write_draft(tmp_path, Spec(segments=True)))


def test_arrays_are_read(artifact: Artifact) -> None:
    """By name, with any of the sizes left open; they cannot be written."""
    found = artifact.array("fallback", np.int32, N_ITEMS)
    assert found.tolist() == list(reversed(range(N_ITEMS)))
    assert artifact.array("item_vectors", np.float32, None, 2).shape == (N_ITEMS, 2)
    assert ("fallback" in artifact, "nothing" in artifact) == (True, False)
    with pytest.raises(ValueError, match="read-only"):
        found[0] = 1


@pytest.mark.parametrize(
    ("name", "dtype", "shape"),
    [
        ("nothing", np.int32, (None,)),
        ("fallback", np.int64, (None,)),
        ("fallback", np.float32, (None,)),
        ("fallback", np.int32, (N_ITEMS + 1,)),
        ("fallback", np.int32, ()),
        ("fallback", np.int32, (None, None)),
        ("item_vectors", np.float32, (None, 3)),
    ],
)
def test_another_array_than_was_asked_for_is_incompatible(
    artifact: Artifact, name: str, dtype: Any, shape: tuple[int | None, ...]
) -> None:
    """Missing, of another type, or of another shape: the array is named."""
    with pytest.raises(Incompatible, match=name):
        artifact.array(name, dtype, *shape)


def test_small_files_are_json(artifact: Artifact) -> None:
    """What is missing or no JSON is Incompatible."""
    assert artifact.json("segments.json")["columns"] == ["age", "sex"]
    for data in (None, b"{", b"\xff", b"[" * 100_000):
        if data is not None:
            (artifact.folder / "other.json").write_bytes(data)
        with pytest.raises(Incompatible):
            artifact.json("other.json")


@pytest.mark.parametrize("data", [None, b"", b"1234567", b"\x00" * 8, b"\x80\x04\x95" + b"." * 100])
def test_what_is_no_file_of_arrays_is_incompatible(tmp_path: Path, data: bytes | None) -> None:
    """Missing, empty, too short, or a pickle."""
    manifest = write_draft(tmp_path)
    (tmp_path / ARRAYS).unlink()
    if data is not None:
        (tmp_path / ARRAYS).write_bytes(data)
    with pytest.raises(Incompatible):
        Artifact.open(tmp_path, manifest)


def test_a_draft_is_the_same_whenever_it_is_written(tmp_path: Path) -> None:
    """The same content has the same files and hash; other content has another."""
    one, two, other = (write_draft(tmp_path / n, Spec(upward=up)) for n, up in (("1", True), ("2", True), ("3", False)))
    assert one.files == two.files
    assert draft_hash(one.files) == draft_hash(two.files) != draft_hash(other.files)
    assert one.memory_bytes > 0
    assert (tmp_path / "1" / "manifest.json").read_bytes() == one.to_json()


@pytest.mark.parametrize("value", [True, False])
def test_a_switch_is_on_or_off(tmp_path: Path, value: bool) -> None:
    """As training set it."""
    assert (
        Artifact.open(tmp_path, write_draft(tmp_path, Spec(described={"params": {"on": value}}))).switch("on") is value
    )


@pytest.mark.parametrize("value", [None, 1, 0, 1.0, "true"])
def test_what_is_neither_is_no_switch_and_a_switch_is_no_number(tmp_path: Path, value: Any) -> None:
    """Missing or of another type, the setting is named."""
    params = {"number": True} if value is None else {"on": value, "number": True}
    artifact = Artifact.open(tmp_path, write_draft(tmp_path, Spec(described={"params": params})))
    with pytest.raises(Incompatible, match="on is missing or neither"):
        artifact.switch("on")
    with pytest.raises(Incompatible, match="number"):
        artifact.setting("number")


def test_an_artifact_lies_within_another(tmp_path: Path) -> None:
    """A part has its own arrays and files under plain names, and shares what it lacks."""
    writer = ArtifactWriter(tmp_path)
    writer.array("popularity", np.arange(3, dtype=np.int32))
    writer.array("trend", np.ones(3, np.float32))
    part = writer.part("stage0.")
    part.array("trend", np.zeros(3, np.float32))
    part.rows("rows", np.arange(3), 3)
    part.json("names.json", ["a"])
    manifest = sealed(writer)
    whole = Artifact.open(tmp_path, manifest)
    own = whole.part("stage0.")
    assert whole.names == {"popularity", "trend", "stage0.trend", "stage0.rows"}
    assert whole.array("trend", np.float32, 3).tolist() == [1, 1, 1]
    assert own.array("trend", np.float32, 3).tolist() == [0, 0, 0]
    assert own.array("popularity", np.int32, 3).tolist() == own.rows("rows", 3).tolist() == [0, 1, 2]
    assert own.json("names.json") == ["a"]
    with pytest.raises(Incompatible, match=r"names\.json is missing"):
        whole.json("names.json")


def sealed(writer: ArtifactWriter) -> Manifest:
    """Seal with as little as a manifest needs."""
    named = dict.fromkeys(("family", "scorer", "algorithm", "fallback"), "popular")
    return writer.seal(model="both", git_commit=None, dataset={}, params={}, seed=0, id_bound=None, **named)
