"""Whether an entrant is what it says."""

from collections import Counter
from collections.abc import Callable

import pytest

from tests.training.leaderboard.apis import Api, Said, good, running
from training.leaderboard.check import check
from training.leaderboard.entrants import Entrant
from warmstart.errors import SettingsError

pytestmark = pytest.mark.usefixtures("at_once")


def test_a_good_api_is_asked_twice(bot: str) -> None:
    """First whether it is alive, without the token, then for one user."""
    api = Api(good)
    with running(api) as url:
        check(Entrant("x", url, "als", "BOT"), 10.0)
    assert api.seen == [("/health", ""), ("/reco/als/0", f"Bearer {bot}")]


def test_ids_may_be_texts() -> None:
    """An API of text ids answers "0" for "0"; what is unknown of its catalogue is not held against it."""
    with running(Api(lambda _: Said(b'{"user_id": "0", "items": ["a"]}'))) as url:
        check(Entrant("x", url, "als", "BOT"), 10.0)


@pytest.mark.parametrize(
    ("said", "message"),
    [
        (Said(b"", 401), "the token in BOT is refused"),
        (Said(b"", 403), "the token in BOT does not allow als"),
        (Said(b"", 404), "there is no model als"),
        (Said(b"", 503), "no version of als can be served"),
        (Said(b"", 503, {"retry-after": "3600"}), "no version of als can be served"),
        (Said(b"<html>"), "asked for user 0, it fails: not an answer"),
        (Said(b"", 302, {"location": "https://elsewhere"}), "asked for user 0, it fails: redirect"),
    ],
)
def test_what_is_wrong_is_said(said: Said, message: str) -> None:
    """The token, the model, the served version, or the failure itself; nothing that the API sent."""
    with running(Api(lambda _: said)) as url, pytest.raises(SettingsError, match=f"^x: {message}"):
        check(Entrant("x", url, "als", "BOT"), 10.0)


def test_a_cold_api_gets_more_than_one_try() -> None:
    """A function that is only starting may answer 502 before it answers well."""
    answered = Counter[str]()

    def answer(user: str) -> Said:
        answered[user] += 1
        return Said(b"", 502) if answered[user] < 3 else good(user)

    with running(Api(answer)) as url:
        check(Entrant("x", url, "als", "BOT"), 10.0)


@pytest.mark.parametrize(
    ("health", "kind"),
    [
        (lambda: Said(b'"OK"'), "something else"),
        (lambda: Said(b"", 404), "status 404"),
        (lambda: Said(b"", 302, {"location": "/x"}), "redirect"),
    ],
)
def test_another_address_never_sees_the_token(health: Callable[[], Said], kind: str, bot: str) -> None:
    """What does not say that it is alive is told no token."""
    seen = list[bytes]()

    async def app(scope, _receive, send) -> None:  # type: ignore[no-untyped-def]
        seen.append(b" ".join(value for _, value in scope["headers"]))
        said = health()
        headers = [(key.encode(), value.encode()) for key, value in said.headers.items()]
        await send({"type": "http.response.start", "status": said.status, "headers": headers})
        await send({"type": "http.response.body", "body": said.body})

    with running(app) as url, pytest.raises(SettingsError, match=rf'should answer "I am alive" \({kind}\)'):
        check(Entrant("x", url, "als", "BOT"), 10.0)
    assert len(seen) == 1
    assert bot.encode() not in seen[0]
