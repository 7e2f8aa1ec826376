"""How much of the explorer goes over the wire."""

import gzip

from functions.catalogue.explorer import BUILT


def test_the_page_is_under_200_kilobytes() -> None:
    """All its files together, packed."""
    files = [path for path in BUILT.rglob("*") if path.is_file()]
    assert len(files) >= 3
    assert sum(len(gzip.compress(path.read_bytes())) for path in files) < 200_000
