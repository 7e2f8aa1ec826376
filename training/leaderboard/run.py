"""One entrant's run: from the first question to its standing."""

import time
from collections.abc import Callable
from typing import NamedTuple

from training.data.tables import Tables
from training.leaderboard import loop
from training.leaderboard.asking import Asked, Asking, GaveUp
from training.leaderboard.check import check
from training.leaderboard.entrants import Entrant
from training.leaderboard.exam import Exam, exam_of
from training.leaderboard.live_api import LiveApi
from training.leaderboard.pace import Pace
from training.leaderboard.standing import Standing, standing_of
from training.recipe import Recipe


class Manner(NamedTuple):
    """How an API is asked."""

    concurrency: int = 8  # questions at a time
    rate: float = 50.0  # questions a second at most: the standard plan's
    timeout: float = 30.0  # seconds for one answer


class Leaderboard:
    """One recipe's exam, for any number of entrants."""

    def __init__(self, recipe: Recipe, tables: Tables, say: Callable[[str], None] = lambda _: None) -> None:
        self._recipe = recipe
        self._sha256 = tables.sha256
        self._exam: Exam = exam_of(recipe, tables)
        self._say = say

    def measure(self, entrant: Entrant, manner: Manner) -> Standing:
        """Ask an entrant's API for every user.

        Raises:
            SettingsError: it is not what it was registered as.
            GaveUp: it stopped answering, or wants to be left alone for long.
        """
        check(entrant, manner.timeout)
        started = time.perf_counter()
        try:
            asked = loop.run(self._ask(entrant, manner))
        except GaveUp as error:
            raise GaveUp(f"{entrant.name} is not measured: {error}") from None
        return standing_of(entrant, self._recipe, self._sha256, self._exam, asked, time.perf_counter() - started)

    async def _ask(self, entrant: Entrant, manner: Manner) -> Asked:
        async with LiveApi.connect(entrant, manner.timeout, manner.concurrency) as api:
            asking = Asking(api, Pace(manner.rate))
            return await asking.all(self._exam.questions, manner.concurrency, self._progress(entrant.name))

    def _progress(self, name: str) -> Callable[[int], None]:
        total = len(self._exam.questions)
        step = max(1, total // 100)

        def say(done: int) -> None:
            if done % step == 0 or done == total:
                self._say(f"{name}: {done:,} of {total:,} users")

        return say
