"""The header of a safetensors file is read with bounds."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import save

from warmstart.errors import Incompatible
from warmstart.tensors import DTYPES, MAX_HEADER_BYTES, header_bytes, parse_header


def framed(text: bytes, length: int | None = None) -> bytes:
    """A header of this text, padded as the format asks."""
    text += b" " * (-len(text) % 8)
    return (len(text) if length is None else length).to_bytes(8, "little") + text


def described(**entries: Any) -> bytes:
    """A header of these arrays."""
    return framed(json.dumps(entries).encode())


def f32(shape: Any, start: Any, stop: Any) -> dict[str, Any]:
    """The description of a float32 array."""
    return {"dtype": "F32", "shape": shape, "data_offsets": [start, stop]}


def test_what_the_library_writes_is_read() -> None:
    """Types, shapes and places are those of the arrays, empty ones included."""
    arrays = {f"x{n}": np.arange(n * 2, dtype=dtype).reshape(n, 2) for n, dtype in enumerate(DTYPES.values())}
    data = save(arrays, {"made": "by a test"})
    tensors = parse_header(data, len(data))
    assert set(tensors) == set(arrays)
    for name, tensor in tensors.items():
        found = np.frombuffer(data[tensor.start : tensor.stop], tensor.dtype).reshape(tensor.shape)
        np.testing.assert_array_equal(found, arrays[name])


@pytest.mark.parametrize(
    ("header", "body"),
    [
        (framed(b"{"), 0),
        (framed(b"[]"), 0),
        (framed(b"\xff"), 0),
        (framed(b"[" * 10_000), 0),
        (described(x=None), 0),
        (described(x=[]), 0),
        (described(x={}), 0),
        (described(x={**f32([1], 0, 4), "dtype": "BF16"}), 4),
        (described(x={**f32([1], 0, 4), "dtype": ["F32"]}), 4),
        (described(x=f32("1", 0, 4)), 4),
        (described(x=f32(1, 0, 4)), 4),
        (described(x=f32([1.0], 0, 4)), 4),
        (described(x=f32([True], 0, 4)), 4),
        (described(x=f32([-1], 0, -4)), 0),
        (described(x=f32([1], 4, 0)), 4),
        (described(x=f32([1], None, 4)), 4),
        (described(x={"dtype": "F32", "shape": [1], "data_offsets": [0]}), 4),
        (described(x=f32([1, 1, 1, 1], 0, 4)), 4),
        (described(x=f32([2**40], 0, 2**42)), 4),
        (described(x=f32([2**49, 2**49], 0, 4)), 4),
        (described(x=f32([10**400], 0, 4)), 4),
        (described(x=f32([2], 0, 4)), 4),
        (described(x=f32([1], 0, 4)), 8),
        (described(x=f32([1], 0, 4)), 0),
        (described(x=f32([1], 4, 8)), 8),
        (described(x=f32([2], 0, 8), y=f32([2], 4, 12)), 12),
        (described(x=f32([1], 0, 4), y=f32([1], 8, 12)), 12),
        (described(x={"dtype": "U8", "shape": [2], "data_offsets": [0, 2]}, y=f32([1], 2, 6)), 6),
        (described(), 1),
    ],
    ids=lambda value: repr(value)[:60],
)
def test_what_is_wrong_is_incompatible(header: bytes, body: int) -> None:
    """Not a header, an unknown type, an impossible shape, or arrays that do not fill the file exactly."""
    with pytest.raises(Incompatible):
        parse_header(header, len(header) + body)


@pytest.mark.parametrize("length", [7, 9, MAX_HEADER_BYTES + 8, 2**40, 2**63, 2**64 - 8])
def test_a_length_that_is_not_sane_is_refused_unread(length: int) -> None:
    """A header over the bound, or one that would leave arrays unaligned, is not looked at."""
    with pytest.raises(Incompatible):
        header_bytes(length.to_bytes(8, "little"))


def test_a_header_at_the_bound_is_read() -> None:
    """The bound itself is allowed."""
    data = framed(b"{}" + b" " * (MAX_HEADER_BYTES - 2))
    assert header_bytes(data) == len(data) == MAX_HEADER_BYTES + 8
    assert parse_header(data, len(data)) == {}


@pytest.mark.parametrize("prefix", [b"", b"1234567"])
def test_a_file_of_less_than_a_length_is_refused(prefix: bytes) -> None:
    """Eight bytes are the least."""
    with pytest.raises(Incompatible):
        header_bytes(prefix)


def test_a_pickle_is_no_header(tmp_path: Path) -> None:
    """The first bytes of a pickle are a length that is not sane."""
    import pickle

    with pytest.raises(Incompatible):
        parse_header(pickle.dumps([1.0] * 100), 1000)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)
ENTRY = st.fixed_dictionaries(
    {"dtype": st.sampled_from([*DTYPES, "BF16"]) | JSON, "shape": JSON, "data_offsets": st.lists(JSON, max_size=3)}
)


@given(st.dictionaries(st.text(max_size=5), ENTRY | JSON, max_size=3), st.integers(0, 100))
def test_no_header_raises_anything_else(entries: dict[str, Any], body: int) -> None:
    """Whatever the JSON says, it is arrays that fill the file, or it is Incompatible."""
    header = described(x=None) if not entries else framed(json.dumps(entries).encode())
    try:
        tensors = parse_header(header, len(header) + body)
    except Incompatible:
        return
    assert sum(tensor.stop - tensor.start for tensor in tensors.values()) == body


@given(st.binary(max_size=100), st.integers(0, 200))
def test_no_bytes_raise_anything_else(data: bytes, size: int) -> None:
    """Garbage is Incompatible, unless it is a file without arrays."""
    try:
        assert parse_header(data, size) == {}
    except Incompatible:
        return
