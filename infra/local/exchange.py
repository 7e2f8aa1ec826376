"""An HTTP request and its answer as values, and the way between them and ASGI."""

import time
import uuid
from dataclasses import dataclass, field

from starlette.types import Message, Receive, Scope, Send

Headers = tuple[tuple[str, str], ...]


class BodyTooLarge(Exception):
    """More bytes than the gateway takes."""


class ClientGone(Exception):
    """The connection closed before the request was whole."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """A request without its body, as it stood on the line: nothing is decoded."""

    method: str
    raw_path: str
    query: str = ""
    headers: Headers = ()  # lower-case names
    source_ip: str = "127.0.0.1"
    port: int = 80
    protocol: str = "HTTP/1.1"
    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    received: float = field(default_factory=time.time)

    def values(self, name: str) -> list[str]:
        """Every value of a header, in order."""
        return [value for key, value in self.headers if key == name]


@dataclass(frozen=True)
class Answer:
    """A response, whole."""

    status: int
    headers: Headers
    body: bytes


def request_of(scope: Scope) -> Request:
    """What ASGI says of a request."""
    return Request(
        method=scope["method"],
        raw_path=scope["raw_path"].decode("latin-1"),
        query=scope["query_string"].decode("latin-1"),
        headers=tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]),
        source_ip=scope["client"][0] if scope.get("client") else "127.0.0.1",
        port=scope["server"][1],
        protocol=f"HTTP/{scope['http_version']}",
    )


async def read_body(request: Request, receive: Receive, limit: int) -> bytes:
    """The body, given up at the first byte too many."""
    if any(value.isdecimal() and int(value) > limit for value in request.values("content-length")):
        raise BodyTooLarge
    chunks: list[bytes] = []
    size = 0
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        chunks.append(message.get("body", b""))
        size += len(chunks[-1])
        if size > limit:
            raise BodyTooLarge
        more = message.get("more_body", False)
    return b"".join(chunks)


async def send_answer(answer: Answer, send: Send) -> None:
    """Write the response; 204 and 304 have no body in HTTP."""
    body = b"" if answer.status in {204, 304} else answer.body
    headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers]
    if answer.status not in {204, 304}:
        headers.append((b"content-length", str(len(body)).encode()))
    start: Message = {"type": "http.response.start", "status": answer.status, "headers": headers}
    await send(start)
    await send({"type": "http.response.body", "body": body})
