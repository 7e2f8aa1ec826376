"""Many users, and an API that does not always answer."""

import asyncio
import threading
from collections import Counter
from collections.abc import Callable

import pytest

from tests.training.leaderboard.apis import Api, Said, good, running
from training.leaderboard.answer import K, Question
from training.leaderboard.asking import IN_A_ROW, PAUSES, THROTTLED, Asked, Asking, GaveUp
from training.leaderboard.entrants import Entrant
from training.leaderboard.live_api import LiveApi
from training.leaderboard.pace import Pace

pytestmark = pytest.mark.usefixtures("at_once")


def ask(api: Api, users: int, concurrency: int = 4, progress: Callable[[int], None] = lambda _: None) -> Asked:
    """Ask an API for the users 1, 2, and so on."""

    async def asked(url: str) -> Asked:
        async with LiveApi.connect(Entrant("x", url, "als", "BOT"), 10.0, concurrency) as live:
            questions = [Question(user, int, K) for user in range(1, users + 1)]
            return await Asking(live, Pace(10_000)).all(questions, concurrency, progress)

    with running(api) as url:
        return asyncio.run(asked(url))


def at_first(times: int, said: Said) -> Callable[[str], Said]:
    """Answer each user so for a number of times, and well from then on."""
    count = Counter[str]()

    def answer(user: str) -> Said:
        count[user] += 1
        return said if count[user] <= times else good(user)

    return answer


def test_everybody_is_asked_once() -> None:
    """A good API gets each user once, over no more connections than questions at a time, and progress is told."""
    api, told = Api(good), list[int]()
    asked = ask(api, 50, progress=told.append)
    assert sorted(asked.answers) == [*range(1, 51)]
    assert sorted(path for path, _ in api.seen) == sorted(f"/reco/als/{user}" for user in range(1, 51))
    assert (len(asked.seconds), asked.errors, asked.unanswered) == (50, Counter(), Counter())
    assert len(api.connections) <= 4
    assert told == [*range(1, 51)]


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_what_passes_is_tried_again(status: int) -> None:
    """Who fails as often as there are further attempts is answered in the end; each failure is counted."""
    asked = ask(Api(at_first(len(PAUSES), Said(b"", status))), 5)
    assert len(asked.answers) == 5
    assert asked.errors == {f"status {status}": 5 * len(PAUSES)}
    assert asked.unanswered == {}


def test_there_is_a_last_attempt() -> None:
    """One failure more, and the user counts as unanswered."""
    asked = ask(Api(at_first(len(PAUSES) + 1, Said(b"", 503))), 5)
    assert asked.answers == {}
    assert asked.unanswered == {"status 503": 5}


@pytest.mark.parametrize("said", [Said(b"", 404), Said(b"{}"), Said(b"", 302, {"location": "/"})])
def test_what_does_not_pass_is_not_tried_again(said: Said) -> None:
    """A wrong answer is an error at once."""
    api = Api(at_first(1, said))
    asked = ask(api, 5)
    assert (asked.answers, asked.unanswered.total(), len(api.seen)) == ({}, 5, 5)


def test_too_fast_is_no_failure() -> None:
    """429 is waited out more often than there are attempts at what fails."""
    asked = ask(Api(at_first(THROTTLED - 1, Said(b"", 429, {"retry-after": "0"}))), 5)
    assert len(asked.answers) == 5
    assert asked.errors == {"status 429": 5 * (THROTTLED - 1)}


def test_an_api_that_always_throttles_is_left() -> None:
    """The patience with 429 has an end too."""
    asked = ask(Api(at_first(THROTTLED, Said(b"", 429, {"retry-after": "0"}))), 5)
    assert asked.unanswered == {"status 429": 5}


@pytest.mark.parametrize("status", [429, 503])
def test_an_api_that_wants_to_be_left_alone_is(status: int) -> None:
    """A Retry-After of an hour, as a used-up quota has, ends the run with what it says, and nobody asks on."""
    api = Api(lambda _: Said(b"", status, {"retry-after": "3600"}))
    with pytest.raises(GaveUp, match=f"status {status} and wants to be left alone for 3600 s"):
        ask(api, 500)
    assert len(api.seen) <= 4


def test_an_api_that_is_gone_is_given_up() -> None:
    """A hundred users in a row without an answer are enough to know."""
    api = Api(lambda _: Said(b"", 401))
    with pytest.raises(GaveUp, match=f"{IN_A_ROW} users in a row had no answer, the last for this: status 401"):
        ask(api, 1000)
    assert len(api.seen) < IN_A_ROW + 8


def test_single_losses_are_not_given_up() -> None:
    """Many users without an answer between others that have one are counted to the end."""
    asked = ask(Api(lambda user: good(user) if int(user) % 50 == 0 else Said(b"", 404)), 400)
    assert (len(asked.answers), asked.unanswered) == (8, {"status 404": 392})


def test_no_more_are_asked_at_a_time_than_is_said() -> None:
    """Of users whose answers take long there are never more than `concurrency` under way."""
    now, most, lock = Counter[str](), Counter[str](), threading.Lock()

    async def app(scope, _receive, send) -> None:  # type: ignore[no-untyped-def]
        with lock:
            now["x"] += 1
            most["x"] = max(most["x"], now["x"])
        await asyncio.sleep(0.01)
        with lock:
            now["x"] -= 1
        said = good(scope["path"].rpartition("/")[2])
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": said.body})

    async def asked(url: str) -> Asked:
        async with LiveApi.connect(Entrant("x", url, "als", "BOT"), 10.0, 3) as live:
            return await Asking(live, Pace(10_000)).all([Question(u, int, K) for u in range(30)], 3)

    with running(app) as url:
        assert len(asyncio.run(asked(url)).answers) == 30
    assert most["x"] == 3
