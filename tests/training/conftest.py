"""What tests of training share."""

from datetime import datetime, timedelta, tzinfo
from itertools import count

import pytest


@pytest.fixture
def sealed_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each version be sealed a second after the one before: of two in one second, equal ones have one name."""
    seconds = count()

    class Clock:
        @staticmethod
        def now(zone: tzinfo) -> datetime:
            return datetime(2026, 1, 1, tzinfo=zone) + timedelta(seconds=next(seconds))

    monkeypatch.setattr("warmstart.artifact_writer.datetime", Clock)
