"""The API as a user starts it, for those who know only its document."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.e2e.conftest import LOG, serving, small_store


class Live(NamedTuple):
    """A running API, an unrestricted token of the internal plan, and all that its processes write."""

    url: str
    token: str
    log: Path


@pytest.fixture(scope="session")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """Serve a small store."""
    with serving(small_store(tmp_path_factory, "fuzz")) as running:
        yield Live(running.url, running.token, running.commands.folder / LOG)
