"""Pinned requirements as pip reads them, and which files of them there are."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from infra.functions import function_names
from infra.tree import ROOT

TRAINING = {"training": "plain", "training-neural": "neural", "training-spark": "plain"}  # files of training/sagemaker
PIN = re.compile(r"(?P<name>[A-Za-z0-9][\w.-]*)==(?P<version>[^\s;]+)(?P<hashes>(?:\s+--hash=sha256:[0-9a-f]{64})*)")
HASH = re.compile(r"sha256:([0-9a-f]{64})")


@dataclass(frozen=True, order=True)
class Pin:
    """One version of a distribution, and the SHA-256 of every archive that may be it."""

    name: str
    version: str
    hashes: tuple[str, ...]


def read_pins(path: Path) -> tuple[Pin, ...]:
    """The pins of a requirements or constraints file; ValueError names a line that is none."""
    return tuple(_pins(path))


def pinned_by_image() -> dict[str, Path]:
    """Which file of pins an image is made of, by the name of the image; the authorizer's is that of its layer."""
    return {
        **{name: ROOT / "functions" / name / "requirements.txt" for name in function_names()},
        **{name: ROOT / "training" / "sagemaker" / f"{file}.txt" for name, file in TRAINING.items()},
    }


def pinned_files() -> tuple[Path, ...]:
    """Every file of pins: those of the images, of what compiles for them, and of the environments of development."""
    patterns = ("functions/*/*.txt", "training/sagemaker/*.txt", "constraints*.txt", ".ci/audit.txt")
    return tuple(path for pattern in patterns for path in sorted(ROOT.glob(pattern)))


def _pins(path: Path) -> Iterator[Pin]:
    for line in path.read_text(encoding="utf-8").replace("\\\n", " ").splitlines():
        written = line.partition("#")[0].strip()
        if not written:
            continue
        if (found := PIN.fullmatch(written)) is None:
            raise ValueError(f"{path}: {written!r} pins no version")
        name = re.sub(r"[-_.]+", "-", found["name"]).lower()  # as PyPI and packaging spell it
        yield Pin(name, found["version"], tuple(HASH.findall(found["hashes"])))
