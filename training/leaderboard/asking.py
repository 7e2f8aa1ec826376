"""Asks an API for every user of a fold: a few at a time, again where that may help, at the pace that it wants."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from training.leaderboard.answer import Answer, Failure, Question
from training.leaderboard.live_api import LiveApi
from training.leaderboard.pace import Pace
from warmstart.errors import WarmstartError
from warmstart.ids import Id

PAUSES = (0.25, 1.0, 4.0)  # seconds before another attempt, unless the API says
LONGEST = 60.0  # seconds that one Retry-After is waited for
THROTTLED = 20  # times that one question is put back because there are too many
IN_A_ROW = 100  # users without an answer, after which nobody is there to be measured


class GaveUp(WarmstartError):
    """An API cannot be measured now."""


@dataclass
class Asked:
    """What came back."""

    answers: dict[Id, Answer] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)  # of each answer, waits before it not counted
    errors: Counter[str] = field(default_factory=Counter)  # attempts that failed, by kind
    unanswered: Counter[str] = field(default_factory=Counter)  # users without an answer, by the kind of the last


class Asking:
    """One API, asked for many users."""

    def __init__(self, api: LiveApi, pace: Pace) -> None:
        self.asked = Asked()
        self._api = api
        self._pace = pace
        self._in_a_row = 0

    async def all(
        self, questions: Sequence[Question], concurrency: int, progress: Callable[[int], None] = lambda _: None
    ) -> Asked:
        """Ask every question; raise GaveUp where the API is not to be had."""
        waiting = iter(questions)
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(concurrency):
                    group.create_task(self._work(waiting, progress))
        except BaseExceptionGroup as errors:
            raise errors.exceptions[0] from None
        return self.asked

    async def _work(self, waiting: Iterator[Question], progress: Callable[[int], None]) -> None:
        for question in waiting:
            found = await self.one(question)
            if isinstance(found, Answer):
                self.asked.answers[question.user_id] = found
                self._in_a_row = 0
            else:
                self.asked.unanswered[found.kind] += 1
                self._lost(found)
            progress(len(self.asked.answers) + self.asked.unanswered.total())

    async def one(self, question: Question) -> Answer | Failure:
        """Ask for one user until there is an answer, or no hope of one."""
        pauses, throttled = iter(PAUSES), 0
        while True:
            await self._pace.turn()
            found, seconds = await self._api.ask(question.user_id, question)
            if isinstance(found, Answer):
                self.asked.seconds.append(seconds)
                return found
            self.asked.errors[found.kind] += 1
            if found.throttled:
                throttled += 1
                self._pace.pause(_bearable(found))
                pause: float | None = 0.0 if throttled < THROTTLED else None
            else:
                pause = next(pauses, None) if found.again else None
            if pause is None:
                return found
            await asyncio.sleep(max(pause, 0.0 if found.throttled else _bearable(found)))

    def _lost(self, failure: Failure) -> None:
        self._in_a_row += 1
        if self._in_a_row >= IN_A_ROW:
            raise GaveUp(f"{IN_A_ROW} users in a row had no answer, the last for this: {failure.kind}")


def _bearable(failure: Failure) -> float:
    """Return the seconds that an API wants to be left alone; raise GaveUp where that is too long to wait."""
    wanted = failure.retry_after or 0.0
    if wanted > LONGEST:
        raise GaveUp(f"the API says {failure.kind} and wants to be left alone for {wanted:.0f} s: try again later")
    return wanted
