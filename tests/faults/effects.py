"""What the injector can do to one answer of S3."""

import time
from collections.abc import Callable

from tests.faults.injector import Act, Asked, Forward, Reply

PAGE = b"<!doctype html><html><title>Sign in</title><body>Please sign in to this network.</body></html>"


def refused(status: int, code: str) -> Act:
    """Answer as S3 words an error."""
    xml = f'<?xml version="1.0" encoding="UTF-8"?><Error><Code>{code}</Code><Message>injected</Message></Error>'
    return lambda _asked, _forward: Reply(status, (("Content-Type", "application/xml"),), xml.encode())


def page(_asked: Asked, forward: Forward) -> Reply:
    """Answer with the page of a network that wants a password, under the real answer's tag."""
    real = forward()
    return Reply(200, (*real.headers, ("Content-Type", "text/html")), PAGE)


def cut(*, honest: bool) -> Act:
    """Send half of the body; an honest answer has a Content-Length to match."""

    def act(_asked: Asked, forward: Forward) -> Reply:
        real = forward()
        return real._replace(body=real.body[: len(real.body) // 2], length=None if honest else len(real.body))

    return act


def flip(_asked: Asked, forward: Forward) -> Reply:
    """Flip one bit in the middle of the body."""
    real = forward()
    body = bytearray(real.body)
    body[len(body) // 2] ^= 0x10
    return real._replace(body=bytes(body))


def drop(_asked: Asked, _forward: Forward) -> None:
    """Close the connection without a word."""


def late(seconds: float) -> Act:
    """Answer well, after a while."""

    def act(_asked: Asked, forward: Forward) -> Reply:
        time.sleep(seconds)
        return forward()

    return act


def before(call: Callable[[], object]) -> Act:
    """Do something right before the request reaches S3."""

    def act(_asked: Asked, forward: Forward) -> Reply:
        call()
        return forward()

    return act


def after(call: Callable[[], object]) -> Act:
    """Do something right after the request has reached S3, before its answer is seen."""

    def act(_asked: Asked, forward: Forward) -> Reply:
        reply = forward()
        call()
        return reply

    return act
