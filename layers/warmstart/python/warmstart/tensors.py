"""The header of a safetensors file, read with bounds: names, types, shapes and places of its arrays.

Format: https://huggingface.co/docs/safetensors. An 8-byte little-endian length, that many bytes of JSON, then the
arrays' bytes. The library's numpy reader copies every array; this one says where they lie, so they can be mapped.
"""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from warmstart.errors import Incompatible, ManifestInvalid
from warmstart.manifest import parse_json_object

MAX_HEADER_BYTES = 2**20
DTYPES: Mapping[str, np.dtype[Any]] = {
    "U8": np.dtype("u1"),
    "I8": np.dtype("i1"),
    "F16": np.dtype("<f2"),
    "U16": np.dtype("<u2"),
    "I32": np.dtype("<i4"),
    "F32": np.dtype("<f4"),
    "I64": np.dtype("<i8"),
    "U64": np.dtype("<u8"),
    "F64": np.dtype("<f8"),
}


class Tensor(NamedTuple):
    """Where one array lies in its file."""

    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    start: int  # in bytes from the start of the file
    stop: int


def header_bytes(prefix: bytes | memoryview) -> int:
    """Return where the arrays begin, from a file's first 8 bytes.

    Raises:
        Incompatible: the header claims to be longer than any that is written here, or arrays would lie unaligned.
    """
    length = int.from_bytes(prefix[:8], "little")
    if len(prefix) < 8 or length > MAX_HEADER_BYTES or length % 8:
        raise Incompatible("not a safetensors file with a header of a sane length")
    return 8 + length


def parse_header(header: bytes | memoryview, file_bytes: int) -> dict[str, Tensor]:
    """Read the header, length included, of a file of `file_bytes`.

    Raises:
        Incompatible: not a header, an unknown type, or arrays that do not fill the file exactly.
    """
    begin = header_bytes(header)
    try:
        entries = parse_json_object(bytes(header[8:begin]), "safetensors header")
    except ManifestInvalid as error:
        raise Incompatible(str(error)) from None
    entries.pop("__metadata__", None)
    tensors = {name: _tensor(name, entry, begin) for name, entry in entries.items()}
    stop = begin
    for tensor in sorted(tensors.values(), key=lambda t: (t.start, t.stop)):
        if tensor.start != stop:
            raise Incompatible("arrays overlap or leave gaps")
        stop = tensor.stop
    if stop != file_bytes:
        raise Incompatible("arrays do not fill their file")
    return tensors


def _tensor(name: str, entry: Any, begin: int) -> Tensor:
    try:
        dtype = DTYPES[entry["dtype"]]
        shape = tuple(entry["shape"])
        start, stop = entry["data_offsets"]
    except (TypeError, KeyError, ValueError):
        raise Incompatible(f"array {name[:64]!r} is described wrongly") from None
    numbers = (*shape, start, stop)
    if not all(type(n) is int and 0 <= n < 2**50 for n in numbers) or len(shape) > 3:
        raise Incompatible(f"array {name[:64]!r} has an impossible shape or place")
    if stop - start != math.prod(shape) * dtype.itemsize or start % dtype.itemsize:
        raise Incompatible(f"array {name[:64]!r} does not fill its place")
    return Tensor(dtype, shape, begin + start, begin + stop)
