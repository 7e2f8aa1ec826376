"""Follows a job to its end: each step that it comes to, each line that it says."""

from collections.abc import Callable, Iterator
from itertools import islice

from training.deployed.function_logs import Event, FunctionLogs
from training.jobs.state import Jobs, State

LAST_ROUNDS = 3  # in which lines are looked for that CloudWatch takes in after the job has ended


def follow(name: str, jobs: Jobs, log_group: str, say: Callable[[str], None]) -> State:
    """Say what a job comes to and what it logs, until it has ended; return its last state."""
    logs = FunctionLogs({name: log_group}, streams=jobs.streams(name))
    state = jobs.state(name)
    said = 0
    lines = logs.follow(state.started)
    while True:
        for step, message in islice(state.steps, said, None):
            say(f"{step}: {message}".rstrip(": "))
        said = len(state.steps)
        for _ in range(LAST_ROUNDS if state.end else 1):
            _say_round(lines, say)
        if state.end:
            return state
        state = jobs.state(name)


def _say_round(lines: Iterator[Event | None], say: Callable[[str], None]) -> None:
    """Say what is there by now."""
    for event in lines:
        if event is None:
            return
        say("".join(c if c.isprintable() else " " for c in event.message.rstrip()))
