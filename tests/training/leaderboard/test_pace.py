"""How fast an API is asked, on a clock of its own."""

import asyncio
from collections.abc import Callable

import pytest

from training.leaderboard.pace import LEAST, SHORTEST, Pace


class Clock:
    """Time that passes only while somebody sleeps, nobody beside him."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        """Tell the time."""
        return self.now

    async def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Return a clock that the pace sleeps by."""
    clock = Clock()
    monkeypatch.setattr("training.leaderboard.pace.asyncio.sleep", clock.sleep)
    return clock


def turns(pace: Pace, clock: Clock, count: int, then: Callable[[], None] = lambda: None) -> list[float]:
    """Take turns and return when they came, in seconds after the start; `then` comes after each."""

    async def take() -> list[float]:
        found = []
        for _ in range(count):
            await pace.turn()
            found.append(round(clock.now - 100, 6))
            then()
        return found

    return asyncio.run(take())


def test_turns_come_at_the_rate(clock: Clock) -> None:
    """The first at once, the others evenly."""
    assert turns(Pace(4, clock), clock, 5) == [0, 0.25, 0.5, 0.75, 1.0]


def test_time_that_was_not_used_is_no_credit(clock: Clock) -> None:
    """After a slow answer there is no burst."""
    pace = Pace(4, clock)
    turns(pace, clock, 1)
    clock.now += 10
    assert turns(pace, clock, 3) == [10, 10.25, 10.5]


def test_a_pause_stops_everybody_and_halves_the_rate(clock: Clock) -> None:
    """Nobody asks until it is over; who says it again meanwhile lengthens it, and does not slow it down twice."""
    pace = Pace(4, clock)
    pace.pause(5)
    pace.pause(7)
    pace.pause(3)
    assert pace.per_second == 2
    assert turns(pace, clock, 2) == [7, 7.5]
    pace.pause(0)
    assert pace.per_second == pytest.approx(1, rel=0.03)
    assert turns(pace, clock, 1) == [7.5 + SHORTEST]


def test_it_goes_back_to_its_rate(clock: Clock) -> None:
    """One pause does not slow down a whole run: after some hundred turns the rate is what was said, and no more."""
    pace = Pace(4, clock)
    pace.pause(1)
    turns(pace, clock, 10)
    assert 2 < pace.per_second < 4
    turns(pace, clock, 100)
    assert pace.per_second == 4


def test_it_never_stops_altogether(clock: Clock) -> None:
    """However often it is too fast, it goes on slowly."""
    pace = Pace(4, clock)
    turns(pace, clock, 30, lambda: pace.pause(1))
    assert LEAST <= pace.per_second < LEAST * 1.1


def test_who_waits_for_a_turn_waits_out_a_pause(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pause that begins during the wait for a turn puts it off until the pause is over."""
    pace, begun = Pace(1, clock), []

    async def sleep(seconds: float) -> None:
        if seconds and not begun:
            begun.append(True)
            pace.pause(30)
        await clock.sleep(seconds)

    monkeypatch.setattr("training.leaderboard.pace.asyncio.sleep", sleep)
    assert turns(pace, clock, 2) == [0, 30]
