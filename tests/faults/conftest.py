"""One world for all cases."""

from collections.abc import Iterator

import pytest

from tests.faults.world import World, running_world


@pytest.fixture(scope="package")
def world() -> Iterator[World]:
    """S3, the injector before it, and the API that reads through both."""
    with running_world() as running:
        yield running
