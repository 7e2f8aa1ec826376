"""External ids and rows: 64-bit integers and any text, found again as what they are."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from warmstart import ids as module
from warmstart.artifact import Artifact
from warmstart.artifact_writer import ArtifactWriter
from warmstart.errors import Incompatible
from warmstart.ids import UNKNOWN, Id, IdMap, IntegerIds, StringIds, load_ids, rows_of

INTEGERS = [0, 1, 7, 2**31, 2**53 + 1, 2**63 - 1]
STRINGS = ["", "a", "a\x00", "A", "ünï", "漢字", "e\u0301", "\u00e9", "x" * 10_000, "7"]
BUILT: dict[str, tuple[IdMap, Sequence[Id]]] = {
    "integers": (IntegerIds.build(INTEGERS), INTEGERS),
    "strings": (StringIds.build(STRINGS), STRINGS),
}


def stored(ids: IdMap, folder: Path) -> IdMap:
    """The same map, written and opened."""
    writer = ArtifactWriter(folder)
    ids.write(writer, "item_ids")
    return load_ids(opened(writer), "item_ids")


def opened(writer: ArtifactWriter) -> Artifact:
    """The artifact of a writer."""
    manifest = writer.seal(
        model="als",
        family="x",
        scorer="x",
        algorithm="x",
        git_commit=None,
        dataset={},
        params={},
        seed=0,
        id_bound=0,
        fallback="x",
    )
    return Artifact.open(writer.folder, manifest)


@pytest.mark.parametrize("kind", BUILT)
def test_each_id_has_a_row_and_each_row_its_id(tmp_path: Path, kind: str) -> None:
    """There and back, in memory and from disk."""
    built, known = BUILT[kind]
    for ids in (built, stored(built, tmp_path)):
        rows = [ids.row(external) for external in known]
        assert sorted(rows) == list(range(len(known))) == list(range(len(ids)))
        assert list(ids.external(np.array(rows, np.int32))) == list(known)


@pytest.mark.parametrize(
    ("kind", "unknown"),
    [
        ("integers", [2, -1, 2**63, 2**64, -(2**70), "7", "", "a"]),
        ("strings", ["b", "aa", "\ud800", "\x00", 7, 0, -1, 2**70]),
    ],
)
def test_what_is_not_there_is_unknown(kind: str, unknown: list[Id]) -> None:
    """Other ids, ids of the other type and what cannot be an id have no row."""
    ids, _ = BUILT[kind]
    assert [ids.row(external) for external in unknown] == [UNKNOWN] * len(unknown)


def test_integer_rows_ascend() -> None:
    """The row of an integer id is its place, and given twice it counts once."""
    ids = IntegerIds.build([30, 10, 20, 10])
    assert [ids.row(n) for n in (10, 20, 30)] == [0, 1, 2]
    assert (ids.largest(), IntegerIds.build([]).largest()) == (30, 0)


@pytest.mark.parametrize("bits", [0, 1, 2])
def test_equal_hashes_are_told_apart(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, bits: int) -> None:
    """Where all ids share one hash, or a few, the texts decide."""
    whole = module.hash64
    monkeypatch.setattr(module, "hash64", lambda raw: whole(raw) >> (64 - bits))
    names = [f"user-{n}" for n in range(50)]
    ids = stored(StringIds.build(names), tmp_path)
    assert sorted(ids.row(name) for name in names) == list(range(50))
    assert ids.external(np.array([ids.row(name) for name in names], np.int32)) == names
    assert ids.row("user-50") == UNKNOWN


@given(st.sets(st.text(st.characters(exclude_categories=["Cs"]))), st.text())
def test_any_texts_are_ids(known: set[str], other: str) -> None:
    """Whatever the texts, those that are there are found and no other one is."""
    ids = StringIds.build(known)
    assert {ids.row(name) for name in known} == set(range(len(known)))
    assert (ids.row(other) != UNKNOWN) == (other in known)


@given(st.sets(st.integers(0, 2**63 - 1)), st.integers())
def test_any_64_bit_integers_are_ids(known: set[int], other: int) -> None:
    """Whatever the integers, those that are there are found and no other one is."""
    ids = IntegerIds.build(known)
    assert [ids.row(n) for n in sorted(known)] == list(range(len(known)))
    assert (ids.row(other) != UNKNOWN) == (other in known)


@pytest.mark.parametrize("kind", BUILT)
def test_a_subset_keeps_its_order(kind: str) -> None:
    """Those that are kept close ranks; the others are unknown."""
    ids, known = BUILT[kind]
    keep = np.arange(len(ids)) % 2 == 0
    part = ids.subset(keep)
    assert len(part) == keep.sum()
    for external in known:
        row = ids.row(external)
        assert part.row(external) == (row // 2 if keep[row] else UNKNOWN)


@pytest.mark.parametrize("empty", [IntegerIds.build([]), StringIds.build([])])
def test_no_ids_are_a_map_too(tmp_path: Path, empty: IdMap) -> None:
    """A map of nothing can be written, opened and asked."""
    ids = stored(empty, tmp_path)
    assert (len(ids), ids.row(0), ids.row("")) == (0, UNKNOWN, UNKNOWN)


def test_rows_of_those_that_are_known() -> None:
    """Unknown ids are left out, the others keep their order."""
    ids = IntegerIds.build([10, 20, 30])
    assert rows_of(ids, [30, 5, "10", 10, 30]).tolist() == [2, 0, 2]
    assert rows_of(ids, []).dtype == np.int32


@pytest.mark.parametrize(("offsets", "size"), [([0, 1, 3], 2), ([1, 1, 2], 2), ([0, 2], 2), ([0, 1, 2, 2], 2)])
def test_texts_that_do_not_fit_are_incompatible(tmp_path: Path, offsets: list[int], size: int) -> None:
    """Offsets that do not fill the bytes, or are of another count than the hashes, are refused at load."""
    writer = ArtifactWriter(tmp_path)
    writer.array("user_ids", np.arange(2, dtype=np.uint64))
    writer.array("user_ids_offsets", np.array(offsets, np.int64))
    writer.array("user_ids_bytes", np.zeros(size, np.uint8))
    with pytest.raises(Incompatible):
        load_ids(opened(writer), "user_ids")


def test_ids_that_are_missing_are_incompatible(tmp_path: Path) -> None:
    """An artifact without the map is refused."""
    writer = ArtifactWriter(tmp_path)
    writer.array("other", np.zeros(1, np.int64))
    with pytest.raises(Incompatible, match="user_ids is missing"):
        load_ids(opened(writer), "user_ids")
