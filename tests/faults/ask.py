"""A client that sends exactly what it is told, and says in a few words what came back."""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http.client import HTTPConnection
from typing import Any

CANARY = "canary7f3a"  # planted in hostile input; no answer and no log may hold it
TRACES = ("Traceback", 'File "', ".py", "warmstart.", "Error:")
MEMBERS = {"type", "title", "status", "detail", "errors"}
ENTRY_MEMBERS = {"error_key", "error_message", "error_loc"}
NEEDED = {401: "www-authenticate", 405: "allow", 429: "retry-after", 503: "retry-after"}


@dataclass(frozen=True)
class Answer:
    """What a client was told."""

    status: int
    headers: Mapping[str, str]  # lower-case names
    body: bytes
    seconds: float = field(compare=False, default=0)

    def json(self) -> Any:
        """Return the body, parsed."""
        return json.loads(self.body)


def ask(
    port: int, method: str, path: str, headers: Sequence[tuple[str, str | bytes]] = (), body: bytes | None = None
) -> Answer:
    """Send one request; the path goes out as it stands, a Host unless one is given."""
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    started = time.perf_counter()
    try:
        given = {name.lower() for name, _ in headers}
        connection.putrequest(method, path, skip_host="host" in given, skip_accept_encoding=True)
        for name, value in headers:
            connection.putheader(name, value)
        if body is not None:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        came = connection.getresponse()
        content = came.read()
        found = {name.lower(): value for name, value in came.getheaders()}
        return Answer(came.status, found, content, time.perf_counter() - started)
    finally:
        connection.close()


def of_event(returned: Any) -> Answer:
    """Read what a function returned to an event as the gateway would."""
    headers = {name.lower(): value for name, value in returned.get("headers", {}).items()}
    return Answer(returned["statusCode"], headers, returned.get("body", "").encode())


def outcome(answer: Answer, *planted: str) -> str:
    """Say in a few words what came: status and error keys, then everything that should not be as it is."""
    wrong = [f"echoes {text[:20]!r}" for text in (CANARY, *planted) if text.encode() in answer.body]
    if answer.status < 400:
        return ", ".join([str(answer.status), *wrong])
    keys, flaws = _problem(answer)
    return ", ".join([" ".join([str(answer.status), *dict.fromkeys(keys)]), *flaws, *wrong])


def _problem(answer: Answer) -> tuple[list[str], list[str]]:
    """Return a problem's error keys, and how it is none."""
    try:
        said = answer.json()
        keys = [entry["error_key"] for entry in said["errors"]]
        shaped = set(said) == MEMBERS and all(set(entry) == ENTRY_MEMBERS for entry in said["errors"])
    except (ValueError, KeyError, TypeError):
        return [], ["not a problem"]
    flaws = [] if shaped and said["status"] == answer.status else ["a problem of another shape"]
    if answer.headers.get("content-type") != "application/problem+json":
        flaws.append("not labelled a problem")
    for needed in ("x-request-id", NEEDED.get(answer.status, "x-request-id")):
        if needed not in answer.headers:
            flaws.append(f"without {needed}")
    text = answer.body.decode(errors="replace")
    return keys, [*flaws, *(f"a trace: {trace}" for trace in TRACES if trace in text)]
