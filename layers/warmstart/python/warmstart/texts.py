"""A column of texts, one per row, opened without reading them."""

from collections.abc import Sequence
from typing import Self

import numpy as np
from numpy.typing import NDArray

from warmstart.artifact import Artifact
from warmstart.artifact_writer import ArtifactWriter
from warmstart.errors import Incompatible


class Texts:
    """UTF-8 bytes, and where each row's begin."""

    def __init__(self, offsets: NDArray[np.int64], text: NDArray[np.uint8]) -> None:
        self.offsets = offsets  # (n + 1,)
        self.text = text

    @classmethod
    def build(cls, raw: Sequence[bytes]) -> Self:
        """Take the bytes of each row."""
        offsets = np.zeros(len(raw) + 1, np.int64)
        np.cumsum([len(part) for part in raw], out=offsets[1:])
        return cls(offsets, np.frombuffer(b"".join(raw), np.uint8))

    @classmethod
    def load(cls, artifact: Artifact, name: str, count: int) -> Self:
        """Open `<name>_offsets` and `<name>_bytes`; raise Incompatible where they do not fit `count` rows."""
        offsets = artifact.array(f"{name}_offsets", np.int64, count + 1)
        text = artifact.array(f"{name}_bytes", np.uint8, None)
        if offsets[0] != 0 or offsets[-1] != len(text):
            raise Incompatible(f"texts {name} do not fill their bytes")
        return cls(offsets, text)

    def write(self, writer: ArtifactWriter, name: str) -> None:
        """Add `<name>_offsets` (n + 1,) int64 and `<name>_bytes` uint8."""
        writer.array(f"{name}_offsets", self.offsets)
        writer.array(f"{name}_bytes", self.text)

    def raw(self, row: int) -> bytes:
        """Return the bytes of one row."""
        return self.text[self.offsets[row] : self.offsets[row + 1]].tobytes()

    def subset(self, keep: NDArray[np.bool_]) -> "Texts":
        """Return the rows that are kept, in order."""
        lengths = np.diff(self.offsets)
        offsets = np.zeros(int(keep.sum()) + 1, np.int64)
        np.cumsum(lengths[keep], out=offsets[1:])
        return Texts(offsets, self.text[np.repeat(keep, lengths)])
