"""`warmstart url | logs`: what a deployed stage's address is, and what its functions say."""

import re
import time
from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING, Any

import click

from infra.outputs import API_URL, STORE_URL
from training.cli.console import Console, json_option
from training.cli.place import deployed_stack, stage_option

if TYPE_CHECKING:
    from training.deployed.function_logs import Event, FunctionLogs

SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


class Ago(click.ParamType[int]):
    """A time before now, as `30s`, `10m`, `2h` or `1d`; its value is in seconds."""

    name = "ago"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read a number and its unit."""
        if isinstance(value, int):
            return value
        found = re.fullmatch(r"([0-9]{1,6})([smhd])", value)
        if not found:
            self.fail("a number and s, m, h or d, as in 10m", param, ctx)
        return int(found[1]) * SECONDS[found[2]]


@click.command()
@stage_option
@click.option("--store", is_flag=True, help="Print where its store is instead.")
@json_option
def url(stage: str, store: bool, console: Console) -> None:
    """Print the URL of a deployed stage's API."""
    found = deployed_stack(stage, "artifacts" if store else "serving").output(STORE_URL if store else API_URL)
    console.result({"stage": stage, "url": found}, found)


@click.command()
@click.argument("family", required=False)
@stage_option
@click.option("--since", default="10m", show_default=True, type=Ago(), help="How far back: 30s, 10m, 2h, 1d.")
@click.option("--follow", is_flag=True, help="Go on with new lines until Ctrl-C.")
@json_option
def logs(family: str | None, stage: str, since: int, follow: bool, console: Console) -> None:
    """Print what a family's function has logged, or all functions merged by time; times are UTC.

    The authorizer and the catalogue are functions too. With --json each line is an object of its own.
    """
    from training.deployed.function_logs import FunctionLogs, log_groups

    found = FunctionLogs(log_groups(deployed_stack(stage, "serving"), family))
    start = int((time.time() - since) * 1000)
    events = found.follow(start) if follow else chain(found.since(start), [None])
    try:
        _print(events, found, console)
    except KeyboardInterrupt:
        if not follow:
            raise


def _print(events: "Iterator[Event | None]", logs: "FunctionLogs", console: Console) -> None:
    from training.deployed.log_text import line, moment, parsed

    silent: set[str] = set(logs.groups)
    width = max(map(len, logs.groups))
    for event in events:
        if event:
            silent.discard(event.function)
            value = {"time": moment(event.at), "function": event.function, "message": parsed(event.message)}
            console.result(value, line(event, width))
        else:
            _say_silent(silent, logs)
            silent = set()


def _say_silent(silent: set[str], logs: "FunctionLogs") -> None:
    for function in sorted(silent):
        there_is_none = function in logs.without_group
        reason = f"no log group {logs.groups[function]} yet" if there_is_none else "nothing logged in this time"
        click.echo(f"{function}: {reason}", err=True)
