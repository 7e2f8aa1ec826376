"""A manifest is what it says, or it is refused."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warmstart.errors import ManifestInvalid
from warmstart.manifest import VERSION, FileEntry, Manifest, canonical_json, parse_json_object, version_name

GOOD = Manifest(
    model="als",
    family="factorization",
    scorer="factorization",
    algorithm="als",
    version="20260131T000000Z-0123abc",
    created_at="2026-01-31T00:00:00+00:00",
    git_commit=None,
    dataset={"name": "films"},
    params={"factors": 64},
    seed=7,
    id_bound=10**9,
    fallback="popular",
    metrics={"map@10": 0.1},
    measured_on={"fold": "time"},
    files={"arrays.safetensors": FileEntry(10, "0" * 64), "model.onnx": FileEntry(5, "a" * 64)},
    memory_bytes=10,
)


def test_a_manifest_is_its_json() -> None:
    """What is written can be read, and is the same bytes again."""
    assert Manifest.from_json(GOOD.to_json()) == GOOD
    assert Manifest.from_json(GOOD.to_json()).to_json() == GOOD.to_json()
    assert GOOD.total_bytes == 15


def test_what_came_later_stands_only_where_there_is_any() -> None:
    """What is made of no other version and by no job can be read by code that knows of neither."""
    made = replace(GOOD, first_stages={"als": "20260130T000000Z-0123abc"}, trained_on={"job": "one"})
    assert Manifest.from_json(made.to_json()) == made
    assert b"first_stages" not in GOOD.to_json()
    assert b"trained_on" not in GOOD.to_json()


def test_the_least_manifest_is_one() -> None:
    """No metrics, no files, and no bound where ids are texts."""
    raw = json.loads(GOOD.to_json())
    for name in ("metrics", "measured_on", "memory_bytes"):
        del raw[name]
    least = Manifest.from_json(canonical_json({**raw, "id_bound": None, "files": {}}))
    assert (least.metrics, least.total_bytes, least.id_bound) == ({}, 0, None)


@pytest.mark.parametrize(
    "changed",
    [
        {"format": 2},
        {"format": None},
        {"format": "1"},
        {"format": "x" * 10_000},
        {"model": 7},
        {"model": "../als"},
        {"model": "ALS"},
        {"model": ""},
        {"model": "als\n"},
        {"version": "latest"},
        {"version": None},
        {"version": "20260131T000000Z-0123abc/.."},
        {"scorer": None},
        {"fallback": ["popular"]},
        {"created_at": 5},
        {"dataset": []},
        {"params": None},
        {"metrics": "good"},
        {"metrics": {"map@10": "0.1"}},
        {"metrics": {"map@10": None}},
        {"metrics": {"map@10": True}},
        {"metrics": {"map@10": float("nan")}},
        {"metrics": {"map@10": float("inf")}},
        {"metrics": {"map@10": 10**400}},
        {"measured_on": 1},
        {"seed": -1},
        {"seed": 1.5},
        {"seed": True},
        {"id_bound": "1"},
        {"id_bound": 2**63},
        {"memory_bytes": -1},
        {"memory_bytes": 2**70},
        {"files": []},
        {"files": None},
        {"files": {"a": []}},
        {"files": {"a": {"bytes": 1}}},
        {"files": {"a": {"bytes": 1, "sha256": "0" * 64, "more": 1}}},
        {"files": {"../a": {"bytes": 1, "sha256": "0" * 64}}},
        {"files": {"a/b": {"bytes": 1, "sha256": "0" * 64}}},
        {"files": {".hidden": {"bytes": 1, "sha256": "0" * 64}}},
        {"files": {"manifest.json": {"bytes": 1, "sha256": "0" * 64}}},
        {"files": {"a": {"bytes": -1, "sha256": "0" * 64}}},
        {"files": {"a": {"bytes": 1.0, "sha256": "0" * 64}}},
        {"files": {"a": {"bytes": 2**50, "sha256": "0" * 64}}},
        {"files": {"a": {"bytes": 1, "sha256": "0" * 63}}},
        {"files": {"a": {"bytes": 1, "sha256": None}}},
        {"first_stages": []},
        {"first_stages": {"../als": "20260131T000000Z-0123abc"}},
        {"first_stages": {"als": "latest"}},
        {"first_stages": {"als": None}},
        {"trained_on": "one"},
        {"trained_on": {"job": 1}},
        {"surprise": 1},
    ],
    ids=str,
)
def test_what_is_wrong_is_refused(changed: dict[str, Any]) -> None:
    """One wrong field is enough."""
    with pytest.raises(ManifestInvalid):
        Manifest.from_json(json.dumps({**json.loads(GOOD.to_json()), **changed}).encode())


@pytest.mark.parametrize("missing", ["model", "files", "format", "scorer", "id_bound", "dataset"])
def test_what_is_missing_is_refused(missing: str) -> None:
    """A field without a default must be there."""
    raw = json.loads(GOOD.to_json())
    del raw[missing]
    with pytest.raises(ManifestInvalid):
        Manifest.from_json(canonical_json(raw))


@pytest.mark.parametrize(
    "data", [b"", b"null", b"7", b"[]", b'"x"', b"{", b"\xff\xfe{", b"[" * 100_000, b'{"a":' * 100_000, b"1" * 5000]
)
def test_what_is_no_json_object_is_refused(data: bytes) -> None:
    """Anything else than an object says what it should have been."""
    with pytest.raises(ManifestInvalid, match="thing"):
        parse_json_object(data, "thing")


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_else(data: bytes) -> None:
    """Garbage is ManifestInvalid."""
    with pytest.raises(ManifestInvalid):
        Manifest.from_json(data)


def test_a_version_is_named_by_time_and_content() -> None:
    """The same files at the same second have one name; other content has another, and later sorts after."""
    name = version_name("2026-11-03T14:15:02+00:00", GOOD.files)
    assert VERSION.fullmatch(name)
    assert name.startswith("20261103T141502Z-")
    assert name == version_name("2026-11-03T14:15:02+00:00", dict(reversed(list(GOOD.files.items()))))
    assert name[:17] == version_name("2026-11-03T14:15:02+00:00", {})[:17]
    assert name != version_name("2026-11-03T14:15:02+00:00", {})
    assert name < version_name("2026-11-03T14:15:03+00:00", {})


def test_canonical_json_refuses_what_is_no_json() -> None:
    """NaN has no JSON, and is not written as if it had."""
    assert canonical_json({"b": 1, "a": [1, None]}) == b'{"a":[1,null],"b":1}'
    with pytest.raises(ValueError, match="JSON"):
        canonical_json({"a": float("nan")})
