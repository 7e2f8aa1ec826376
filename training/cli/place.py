"""Where a command works: a store, or a deployed stage whose store it is."""

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, NamedTuple

import click
from click.core import ParameterSource

from infra.outputs import STORE_URL, Part
from training.cli.console import Console

if TYPE_CHECKING:
    from training.deployed.stage import Stack

Command = Callable[..., Any]

stage_option = click.option(
    "--stage",
    envvar="WARMSTART_STAGE",
    required=True,
    metavar="NAME",
    show_envvar=True,
    help="A deployed stage.",
)


class Place(NamedTuple):
    """Where a command works."""

    url: str  # of the store
    stage: str | None  # the deployed stage whose store it is, where a stage was named


def place_option(command: Command) -> Command:
    """Add --store and --stage to a command, which gets the `place` that one of them names."""

    @click.option(
        "--store",
        "store_url",
        envvar="WARMSTART_STORE",
        metavar="URL",
        show_envvar=True,
        help="Where artifacts are: s3://bucket/prefix, or a folder.",
    )
    @click.option(
        "--stage",
        envvar="WARMSTART_STAGE",
        metavar="NAME",
        show_envvar=True,
        help="A deployed stage, whose store it is then.",
    )
    @wraps(command)
    def placed(*args: Any, store_url: str | None, stage: str | None, **others: Any) -> Any:
        return command(*args, place=_place(store_url, stage), **others)

    return placed


def store_option(command: Command) -> Command:
    """Add --store and --stage to a command, which gets the `store_url` that one of them names."""

    @place_option
    @wraps(command)
    def stored(*args: Any, place: Place, **others: Any) -> Any:
        return command(*args, store_url=place.url, **others)

    return stored


def _place(store_url: str | None, stage: str | None) -> Place:
    source = click.get_current_context().get_parameter_source
    named = {name: value for name, value in (("store_url", store_url), ("stage", stage)) if value is not None}
    typed = {name: value for name, value in named.items() if source(name) != ParameterSource.ENVIRONMENT}
    if len(typed) > 1:
        raise click.UsageError("--store and --stage both name a store: say one of them")
    chosen = typed or named
    if not chosen:
        raise click.UsageError(
            "which store? Say --store URL or --stage NAME, or set WARMSTART_STORE or WARMSTART_STAGE"
        )
    if len(chosen) > 1:
        raise click.UsageError("WARMSTART_STORE and WARMSTART_STAGE are both set: say --store or --stage, or unset one")
    if "stage" not in chosen:
        return Place(chosen["store_url"], None)
    return Place(deployed_stack(chosen["stage"], "artifacts").output(STORE_URL), chosen["stage"])


def deployed_stack(stage: str, part: Part) -> "Stack":
    """Read one of a stage's stacks; what is unusual about it is said and stops nobody."""
    from training.deployed.stage import read_stack

    stack = read_stack(stage, part)
    if stack.remark:
        Console().warn(stack.remark)
    return stack
