"""Shows what became of a model's lists, wherever they were made."""

from collections.abc import Mapping
from typing import Any

import click

from training.cli.console import Console
from training.outcome import REFUSED


def show(value: Mapping[str, Any], console: Console) -> None:
    """Print whose lists were made and how fast; exit as `warmstart batch` does where the gate refused them."""
    console.result(value, _text(value))
    if value["refusal"]:
        raise click.exceptions.Exit(REFUSED)


def _text(value: Mapping[str, Any]) -> str:
    what = value["file"] or f"{value['model']} {value['version']}"
    made = "ranked and written" if value["file"] else "ranked"
    alone = f", {value['by_fallback']:,} of them by the fallback alone" if value["by_fallback"] else ""
    lines = [
        f"{what} {value['state']}: up to {value['k']} items for each of the {value['users']:,} users of "
        f"{value['of']}{alone}",
        f"{made} in {value['seconds']:.1f} s, {value['users_per_second']:,} users a second",
    ]
    return "\n".join([*lines, *([value["refusal"]] if value["refusal"] else [])])
