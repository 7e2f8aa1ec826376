"""A page of what was measured, in Markdown."""

import os
import platform
import sys
from collections.abc import Sequence
from importlib.metadata import version

Table = Sequence[Sequence[str]]


def page(*parts: str) -> str:
    """Return parts with a blank line between two of them."""
    return "\n\n".join(part.strip() for part in parts) + "\n"


def markdown(table: Table) -> str:
    """Return a table, whose first row is its head."""
    head, *rows = table
    return "\n".join(f"| {' | '.join(line)} |" for line in (head, ["---"] * len(head), *rows))


def machine(libraries: Sequence[str]) -> str:
    """Return what it was measured on."""
    with_versions = ", ".join(f"{name} {version(name)}" for name in libraries)
    return f"{os.cpu_count()} shared cores, {sys.platform}, Python {platform.python_version()}, {with_versions}"
