"""The injector does what its rules say, and nothing else."""

from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse, IncompleteRead, RemoteDisconnected

import pytest

from tests.faults.effects import before, cut, drop, flip, page, refused
from tests.faults.injector import Act, Injector, injecting
from tests.layers.servers import Answer, answering

BODY = b"0123456789" * 10


@pytest.fixture
def injector() -> Iterator[Injector]:
    """An injector before a server that always gives the same."""
    with answering(lambda _: Answer(200, BODY)) as place, injecting(str(place.endpoint)) as injector:
        yield injector


def read(injector: Injector, path: str = "/bucket/key") -> HTTPResponse:
    """Ask, on a connection of its own."""
    connection = HTTPConnection(injector.url.removeprefix("http://"), timeout=5)
    connection.request("GET", path)
    return connection.getresponse()


def test_without_a_rule_everything_passes(injector: Injector) -> None:
    """Status, headers and body arrive as they were sent."""
    answer = read(injector)
    assert (answer.status, answer.headers["etag"], answer.read()) == (200, '"tag"', BODY)


def test_a_rule_is_for_its_paths_and_its_times(injector: Injector) -> None:
    """Another path is left alone, each path is met so many times, and a rule that is off does nothing."""
    with injector.rule("key", refused(503, "SlowDown"), times=2) as rule:
        assert [read(injector).status for _ in range(3)] == [503, 503, 200]
        assert [read(injector, path).status for path in ("/bucket/key2", "/bucket/other")] == [503, 200]
        assert rule.hits == 3
    assert read(injector, "/bucket/key3").status == 200


def test_a_cut_body_has_a_length_to_match_or_not(injector: Injector) -> None:
    """Half arrives, and only the honest one ends well."""
    with injector.rule("key", cut(honest=True)):
        assert read(injector).read() == BODY[:50]
    with injector.rule("key", cut(honest=False)), pytest.raises(IncompleteRead):
        read(injector).read()


def test_one_bit_is_flipped(injector: Injector) -> None:
    """The body differs in one bit."""
    with injector.rule("key", flip):
        found = read(injector).read()
    assert sum((a ^ b).bit_count() for a, b in zip(found, BODY, strict=True)) == 1


def test_a_page_comes_with_200(injector: Injector) -> None:
    """A page takes the place of the body."""
    with injector.rule("key", page):
        answer = read(injector)
        assert (answer.status, answer.read()[:15]) == (200, b"<!doctype html>")


def test_a_dropped_connection_says_nothing(injector: Injector) -> None:
    """The client is left without an answer."""
    with injector.rule("key", drop), pytest.raises(RemoteDisconnected):
        read(injector)


def test_something_else_can_happen_in_between(injector: Injector) -> None:
    """A call is made while a request waits, which then passes; all requests are noted."""
    done: list[str] = []
    act: Act = before(lambda: done.append("now"))
    with injector.rule("key", act):
        assert read(injector).read() == BODY
    assert (done, injector.asked) == (["now"], [("GET", "/bucket/key")])
