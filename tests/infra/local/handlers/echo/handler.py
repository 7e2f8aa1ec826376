"""A family's function that returns its event, or misbehaves as the query's `do` says."""

import base64
import json
import os
import time
from collections.abc import Callable, Mapping
from typing import Any

Event = Mapping[str, Any]
Said = dict[str, Any]

calls = 0


def handler(event: Event, context: Any) -> Any:
    """Do what is asked."""
    global calls  # noqa: PLW0603 what a process remembers is what is tested
    calls += 1
    do = (event["queryStringParameters"] or {}).get("do", "echo")
    return DEEDS[do](event, context)


def _ok(value: object, **more: object) -> Said:
    return {"statusCode": 200, "body": json.dumps(value), **more}


def _echo(event: Event, context: Any) -> Said:
    return _ok(event)


def _process(event: Event, context: Any) -> Said:
    return _ok({"pid": os.getpid(), "calls": calls, "environment": dict(os.environ)})


def _context(event: Event, context: Any) -> Said:
    return _ok(
        {
            "aws_request_id": context.aws_request_id,
            "arn": context.invoked_function_arn,
            "name": context.function_name,
            "memory": context.memory_limit_in_mb,
            "remaining_ms": context.get_remaining_time_in_millis(),
            "trace": os.environ["_X_AMZN_TRACE_ID"],
        }
    )


def _raise(event: Event, context: Any) -> Said:
    raise ValueError("on purpose")


def _die(event: Event, context: Any) -> Said:
    os._exit(3)


def _sleep(event: Event, context: Any) -> Said:
    time.sleep(60)
    return _ok(None)


def _nap(event: Event, context: Any) -> Said:
    time.sleep(0.8)
    return _ok(calls)


def _large(event: Event, context: Any) -> Said:
    return {"statusCode": 200, "body": "a" * (6 * 2**20 + 1)}


def _shout(event: Event, context: Any) -> Said:
    print("x" * 300_000)
    return _ok(None)


def _binary(event: Event, context: Any) -> Said:
    body = base64.b64encode(bytes(range(256))).decode()
    headers = {"Content-Type": "application/octet-stream"}
    return {"statusCode": 201, "body": body, "isBase64Encoded": True, "headers": headers}


def _headers(event: Event, context: Any) -> Said:
    single = {"x-request-id": "mine", "X-One": "1", "Content-Length": "999999"}
    return _ok(None, headers=single, multiValueHeaders={"X-Two": ["a", "b"], "X-One": ["1"]})


def _malformed(event: Event, context: Any) -> Said:
    return {"status": 200}


def _empty(event: Event, context: Any) -> Said:
    return {"statusCode": 204}


DEEDS: dict[str, Callable[[Event, Any], Any]] = {
    "echo": _echo,
    "process": _process,
    "context": _context,
    "raise": _raise,
    "die": _die,
    "sleep": _sleep,
    "nap": _nap,
    "large": _large,
    "shout": _shout,
    "binary": _binary,
    "headers": _headers,
    "malformed": _malformed,
    "empty": _empty,
}
