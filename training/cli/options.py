"""Options that say more than click can check by itself."""

from collections.abc import Callable, Iterable
from typing import Any

import click


def by_commas(kind: Callable[[str], Any]) -> Callable[[click.Context, click.Parameter, str | None], Any]:
    """Make a callback that splits an option's text at its commas."""

    def split(_: click.Context, __: click.Parameter, text: str | None) -> tuple[Any, ...] | None:
        if text is None:
            return None
        try:
            return tuple(kind(part.strip()) for part in text.split(","))
        except ValueError as error:
            raise click.BadParameter(f"{text[:40]!r} is no list of numbers") from error

    return split


def checked(option: str, check: Callable[[Any], Any], value: Any) -> Any:
    """Return what a check makes of a value; its DataError is a wrong call."""
    from warmstart.errors import DataError

    try:
        return check(value)
    except DataError as error:
        raise click.BadParameter(str(error), param_hint=f"'{option}'") from error


def refuse(context: click.Context, names: Iterable[str], why: str) -> None:
    """Raise where any of the options was given: it would be without effect."""
    said = click.core.ParameterSource.COMMANDLINE
    options = [option for option in context.command.params if option.name in names]
    idle = [option.opts[0] for option in options if context.get_parameter_source(option.name or "") is said]
    if idle:
        raise click.UsageError(f"{', '.join(idle)}: {why}")
