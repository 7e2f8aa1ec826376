"""Paths of this machine as Hadoop takes them: its addresses know no escapes but those of patterns."""

import re
from pathlib import Path

_PATTERN = re.compile(r"[][{}*?\\]")  # what stands for several names


def address_of(path: Path) -> str:
    """Return the address of a path that is written to: spaces, # and % stand in it as they are."""
    return f"file://{path.absolute()}"


def literally(address: str) -> str:
    """Return an address that is read from, with nothing in it that stands for other names."""
    return _PATTERN.sub(r"\\\g<0>", address)
