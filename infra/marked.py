"""Parts of a document that a command writes, between marks: `<!-- name -->` and `<!-- /name -->`."""

from collections.abc import Mapping
from pathlib import Path


def put(page: Path, parts: Mapping[str, str]) -> None:
    """Put each part between the marks of its name and leave the rest; ValueError, and nothing written, without them."""
    text = page.read_text(encoding="utf-8")
    for name, part in parts.items():
        start, end = f"<!-- {name} -->", f"<!-- /{name} -->"
        before, found, rest = text.partition(start)
        _, closed, after = rest.partition(end)
        if not found or not closed:
            raise ValueError(f"{page.name}: put {start} and {end} where this part belongs")
        text = f"{before}{start}\n{part.strip()}\n{end}{after}"
    page.write_text(text, encoding="utf-8")
