"""One request to an API that may be anything."""

import asyncio
import gzip
import json
import socket
import threading
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from tests.training.leaderboard.apis import Api, Said, good, running
from training.leaderboard.answer import Answer, Failure, K, Question
from training.leaderboard.entrants import Entrant
from training.leaderboard.live_api import MAX_BYTES, LiveApi
from warmstart.ids import Id

ASKED = Question(7, int, K)


def ask(url: str, timeout: float = 10.0, times: int = 1, user: Id = 7) -> Answer | Failure:
    """Ask an API for one user and return the last answer."""

    async def asked() -> Answer | Failure:
        async with LiveApi.connect(Entrant("x", url, "als", "BOT"), timeout) as api:
            for _ in range(times):
                found, seconds = await api.ask(user, Question(user, int, K) if user == 7 else None)
                assert seconds > 0
        return found

    return asyncio.run(asked())


def test_the_token_goes_where_the_user_is_asked_for(bot: str) -> None:
    """The call is the course's: GET /reco/{model}/{user} with a bearer token, on one connection."""
    api = Api(good)
    with running(api) as url:
        found = ask(url, times=3)
    assert found == Answer(7, [*range(1, 11)])
    assert api.seen == [("/reco/als/7", f"Bearer {bot}")] * 3
    assert len(api.connections) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(status: int) -> None:
    """Another address, and another path of the same, is never asked, so it never sees a token."""
    elsewhere = Api(good)
    with running(elsewhere) as other, running(Api(lambda _: Said(b"", status, {"location": f"{other}/x"}))) as url:
        assert ask(url) == Failure("redirect")
    assert elsewhere.seen == []


@pytest.mark.parametrize("location", ["http://[", "//", "\x7f", "https://user:word@elsewhere/"])
def test_a_redirect_to_nowhere_is_a_failure(location: str) -> None:
    """A location that is no address ends as a failure as well."""
    with running(Api(lambda _: Said(b"", 302, {"location": location}))) as url:
        assert isinstance(ask(url), Failure)


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (Said(b" " * (MAX_BYTES + 1)), "too large"),
        (Said(b"[" + b"0," * 10_000_000 + b"0]"), "too large"),
        (Said(gzip.compress(good("7").body), 200, {"content-encoding": "gzip"}), "compressed, unasked"),
        (Said(gzip.compress(b"\0" * 2**26), 200, {"content-encoding": "gzip"}), "compressed, unasked"),
        (Said(b'{"user_id": 7, "items": [NaN, 1, 2, 3, 4, 5, 6, 7, 8, 9]}'), "not an answer"),
        (Said(b""), "not an answer"),
        (Said(good("7").body, 201), "status 201"),
        (Said(b"", 401), "status 401"),
        (Said(b"x" * (MAX_BYTES + 1), 404), "status 404"),
        (good("8"), "another user's answer"),
    ],
)
def test_what_is_no_answer_is_not_asked_for_again(said: Said, kind: str) -> None:
    """A huge body, a compressed one, NaN and a refusal are each a failure that another attempt would not mend."""
    with running(Api(lambda _: said)) as url:
        assert ask(url) == Failure(kind)


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_what_passes_may_be_asked_again(status: int) -> None:
    """States of the API say when to come back."""
    with running(Api(lambda _: Said(b"", status, {"retry-after": "3"}))) as url:
        assert ask(url) == Failure(f"status {status}", again=True, retry_after=3.0)


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("", None), ("soon", None), ("-1", None), ("1e9", None), ("\u0663", None), ("9" * 400, 999_999_999.0), ("0", 0.0)],
)
def test_retry_after_is_read_with_care(said: str, seconds: float | None) -> None:
    """Whatever stands in Retry-After, it is a number of seconds or nothing."""
    header = said.encode("latin-1", errors="replace").decode("latin-1")
    with running(Api(lambda _: Said(b"", 503, {"retry-after": header}))) as url:
        found = ask(url)
    assert isinstance(found, Failure)
    assert found.retry_after == seconds


def test_retry_after_may_be_a_date() -> None:
    """A date is as many seconds away as it is, none if it is past."""
    later = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    with running(
        Api(lambda user: Said(b"", 429, {"retry-after": later if user == "7" else "Mon, 01 Jan 2024 00:00:00 GMT"}))
    ) as url:
        coming, past = ask(url), ask(url, user=8)
    assert isinstance(coming, Failure)
    assert isinstance(past, Failure)
    assert coming.retry_after is not None
    assert 3000 < coming.retry_after <= 3600
    assert past.retry_after == 0.0


def test_nobody_at_the_address_is_a_failure_that_may_pass() -> None:
    """A refused connection may be asked again."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert ask(f"http://127.0.0.1:{port}") == Failure("connection", again=True)


@pytest.mark.parametrize("words", [b"", b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{", b"220 smtp ready\r\n"])
def test_what_is_not_http_is_a_failure(words: bytes) -> None:
    """A connection that ends early and another protocol are failures of the connection."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_say, args=(listener, words), daemon=True).start()
        assert ask(f"http://127.0.0.1:{listener.getsockname()[1]}") == Failure("connection", again=True)


def test_drops_do_not_keep_an_answer_waiting_for_ever() -> None:
    """The time is for the whole answer: bytes that go on trickling do not lengthen it."""
    started = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_trickle, args=(listener, started), daemon=True).start()
        assert ask(f"http://127.0.0.1:{listener.getsockname()[1]}", timeout=0.5) == Failure("timeout", again=True)
    assert started.is_set()


@pytest.mark.parametrize(
    ("user", "path"), [("a/b?c#d", "/reco/als/a%2Fb%3Fc%23d"), ("\u0436 x", "/reco/als/%D0%B6%20x")]
)
def test_any_id_is_one_part_of_the_path(user: str, path: str) -> None:
    """Slashes, question marks and letters of other scripts reach the API as one id."""
    raw: list[str] = []

    async def app(scope, receive, send) -> None:  # type: ignore[no-untyped-def]
        raw.append(scope["raw_path"].decode())
        body = json.dumps({"user_id": user, "items": [*range(10)]}).encode()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body})

    with running(app) as url:
        assert isinstance(ask(url, user=user), Answer)
    assert raw == [path]


def _say(listener: socket.socket, words: bytes) -> None:
    connection, _ = listener.accept()
    with connection:
        connection.recv(65_536)
        connection.sendall(words)


def _trickle(listener: socket.socket, started: threading.Event) -> None:
    connection, _ = listener.accept()
    with connection:
        connection.recv(65_536)
        connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n")
        started.set()
        stop = threading.Event()
        try:
            while not stop.wait(0.05):
                connection.sendall(b" ")
        except OSError:
            return
