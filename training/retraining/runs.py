"""The runs of a stage's state machine: started, followed, listed."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple, Self

from infra.retraining_states import TREND
from training.deployed.aws import asking, client

PAUSE_SECONDS = 5.0


class Run(NamedTuple):
    """One run, as far as it is."""

    arn: str
    status: str  # RUNNING, SUCCEEDED, FAILED, TIMED_OUT, ABORTED
    started: datetime
    ended: datetime | None
    trend: bool  # whether it refreshes trends alone
    came: Mapping[str, Any]  # what it says came of it, once it has succeeded
    cause: str | None  # why it has not

    @property
    def running(self) -> bool:
        """Tell whether more comes."""
        return self.status == "RUNNING"

    @property
    def succeeded(self) -> bool:
        """Tell whether it has come to its end, with nothing refused."""
        return self.status == "SUCCEEDED"

    @classmethod
    def of(cls, described: Mapping[str, Any]) -> Self:
        """Read what `describe_execution` answers."""
        given = json.loads(described.get("input") or "{}")
        return cls(
            described["executionArn"],
            described["status"],
            described["startDate"],
            described.get("stopDate"),
            given.get("do") == TREND,
            json.loads(described.get("output") or "{}"),
            described.get("cause"),
        )


class Runs:
    """The runs of one machine."""

    def __init__(self, machine: str, states: Any = None) -> None:
        self._machine = machine
        self._states = states or client("stepfunctions")

    def start(self, given: Mapping[str, Any]) -> str:
        """Start a run; return its ARN."""
        with asking("start a retraining"):
            started = self._states.start_execution(stateMachineArn=self._machine, input=json.dumps(given))
            return str(started["executionArn"])

    def describe(self, arn: str) -> Run:
        """Tell how far a run is."""
        with asking(f"describe the run {arn}"):
            return Run.of(self._states.describe_execution(executionArn=arn))

    def newest(self, count: int) -> list[Run]:
        """Return the last runs, the newest first."""
        with asking("list the runs"):
            found = self._states.list_executions(stateMachineArn=self._machine, maxResults=count)["executions"]
        return [self.describe(one["executionArn"]) for one in found]

    def follow(self, arn: str, say: Callable[[str], None]) -> Run:
        """Say each state that a run comes to, until it has ended; return it then."""
        said = 0
        while True:
            run = self.describe(arn)
            entered = [*self._entered(arn)]
            for line in entered[said:]:
                say(line)
            said = len(entered)
            if not run.running:
                return run
            time.sleep(PAUSE_SECONDS)

    def _entered(self, arn: str) -> Iterator[str]:
        """Yield the names of the tasks that a run has come to, and its job's."""
        with asking(f"read the history of {arn}"):
            pages = self._states.get_paginator("get_execution_history").paginate(executionArn=arn)
            for event in (event for page in pages for event in page["events"]):
                if event["type"] == "TaskStateEntered":
                    yield _line(event["stateEnteredEventDetails"])


def _line(details: Mapping[str, Any]) -> str:
    given = json.loads(details.get("input") or "{}")
    job = given.get("request", {}).get("TrainingJobName") if details["name"] == "Train" else None
    return f"{details['name']}: {job}" if job else str(details["name"])
