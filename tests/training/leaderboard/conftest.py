"""What the tests of the leaderboard share."""

import pytest

TOKEN = "a-token-that-must-stay-where-it-is"


@pytest.fixture(autouse=True)
def bot(monkeypatch: pytest.MonkeyPatch) -> str:
    """Put a token where entrants look for it."""
    monkeypatch.setenv("BOT", TOKEN)
    return TOKEN


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait no time between attempts, and a moment in a pause."""
    monkeypatch.setattr("training.leaderboard.asking.PAUSES", (0.0, 0.0, 0.0))
    monkeypatch.setattr("training.leaderboard.check.PAUSES", (0.0, 0.0, 0.0))
    monkeypatch.setattr("training.leaderboard.pace.SHORTEST", 0.001)
    monkeypatch.setattr("training.leaderboard.pace.LEAST", 1000.0)
