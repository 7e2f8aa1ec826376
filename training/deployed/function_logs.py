"""What a stage's functions have logged, from CloudWatch, merged by time."""

import time
from collections.abc import Iterator, Mapping
from heapq import merge
from typing import Any, NamedTuple

from botocore.exceptions import ClientError

from infra import outputs
from infra.functions import AUTHORIZER
from training.deployed.aws import StageError, asking, client, code_of
from training.deployed.stage import Stack

LATE_MS = 15_000  # a line that CloudWatch took in later than its neighbours is still found
PAUSE_SECONDS = 2.0


class Event(NamedTuple):
    """One log line."""

    at: int  # milliseconds since 1970
    function: str
    id: str
    message: str


class FunctionLogs:
    """The log groups of some functions, or of a job."""

    def __init__(self, groups: Mapping[str, str], logs: Any = None, streams: str | None = None) -> None:
        self.groups = groups  # function -> log group
        self._streams = {"logStreamNamePrefix": streams} if streams else {}  # where others write to the same group
        self.without_group: set[str] = set()  # functions whose group was looked for and is not there
        self._logs = logs or client("logs")

    def since(self, start: int) -> Iterator[Event]:
        """Yield what was logged since a time in milliseconds, oldest first."""
        return merge(*(self._read(function, start) for function in self.groups))

    def follow(self, start: int) -> Iterator[Event | None]:
        """Yield what was logged since a time and what comes, each line once; None where nothing is left for now."""
        seen: dict[tuple[str, str], int] = {}
        while True:
            for event in self.since(start):
                if (event.function, event.id) not in seen:
                    seen[event.function, event.id] = event.at
                    yield event
            yield None
            start = max(start, max(seen.values(), default=start) - LATE_MS)
            seen = {key: at for key, at in seen.items() if at >= start}
            time.sleep(PAUSE_SECONDS)

    def _read(self, function: str, start: int) -> Iterator[Event]:
        group = self.groups[function]
        with asking(f"read the logs {group}"):
            pages = self._logs.get_paginator("filter_log_events").paginate(
                logGroupName=group, startTime=start, **self._streams
            )
            try:
                for page in pages:
                    for event in page["events"]:
                        line = event.get("eventId") or f"{event['timestamp']} {event['message']}"
                        yield Event(event["timestamp"], function, line, event["message"])
            except ClientError as error:
                if code_of(error) != "ResourceNotFoundException":
                    raise
                self.without_group.add(function)


def log_groups(serving: Stack, function: str | None) -> dict[str, str]:
    """Return the log group of one function or, by name, of all; raise StageError where there is none."""
    found = {name: group for key, group in serving.outputs.items() if (name := outputs.function_of(key))}
    if not found:
        serving.output(outputs.log_group(AUTHORIZER))  # every stage has it: the error says what to do
    if function is None:
        return dict(sorted(found.items()))
    if function not in found:
        raise StageError(f"stage {serving.stage!r} has no function {function!r}; it has {', '.join(sorted(found))}")
    return {function: found[function]}
