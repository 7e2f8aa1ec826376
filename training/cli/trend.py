"""`warmstart trend refresh`: what is wanted now, in a version that was trained before."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from training.cli.console import Console, json_option
from training.cli.place import store_option
from training.cli.recipes import bad_row_option, read_data, read_recipe_named, recipe_option
from training.outcome import REFUSED
from training.stores import manifest_of, open_named

if TYPE_CHECKING:
    from training.refresh import Refresh
    from warmstart.manifest import Manifest


@click.group()
def trend() -> None:
    """What is wanted now."""


@trend.command()
@click.argument("model")
@recipe_option
@store_option
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder of the fresh table, written like the recipe's; the recipe's own unless said.",
)
@click.option("--version", help="What is carried over; the served version where it is not given.")
@bad_row_option
@click.option("--promote", is_flag=True, help="Serve it if it passes the gate.")
@json_option
def refresh(
    model: str,
    recipe_path: Path,
    store_url: str,
    data: Path | None,
    version: str | None,
    on_bad_row: Literal["refuse", "set-aside"],
    promote: bool,
    console: Console,
) -> None:
    """Publish a version again with only its trend and its fallback replaced; nothing is trained.

    Both are counted from the table that is given, so give the whole of it, up to now. Interactions that are newer than
    what the version has learnt measure it for the gate; where they cannot, the version keeps the metrics it had and is
    not promoted without --force.
    """
    from training.publishing import promote_if_passed
    from training.refreshing import opened, publish_refreshed

    recipe = read_recipe_named(recipe_path)
    store = open_named(store_url)
    manifest = manifest_of(store, model, version)
    tables = read_data(recipe.reading(data) if data else recipe, on_bad_row, console)
    with opened(store, manifest, recipe, tables, console.progress) as job:
        new = publish_refreshed(store, job, console.progress)
        state, refusal = promote_if_passed(store, new, wanted=promote, reason="trend refreshed")
        console.result(_value(new, job, state, refusal), _text(new, job, state, refusal))
    if refusal:
        raise click.exceptions.Exit(REFUSED)


def _value(new: "Manifest", job: "Refresh", state: str, refusal: str | None) -> dict[str, Any]:
    return {
        "model": new.model,
        "version": new.version,
        "trend": new.dataset["trend"],
        "metrics": dict(new.metrics),
        "users": job.users,
        "state": state,
        "refusal": refusal,
    }


def _text(new: "Manifest", job: "Refresh", state: str, refusal: str | None) -> str:
    about = new.dataset["trend"]
    lines = [
        f"{new.model} {new.version} {state}: {about['of']} with the trend and the fallback of "
        f"{about['interactions']:,} interactions up to {about['time_range'][1]}"
    ]
    if new.personal and job.trendless:
        lines.append("it has no trend: only the fallback is another")
    if job.unknown_items:
        lines.append(
            f"it does not know {job.unknown_items:,} of the items, and recommends them once it is trained again"
        )
    metrics = ", ".join(f"{name} {value:.4f}" for name, value in new.metrics.items()) or "not measured"
    newer = f"on {job.users:,} users who had something newer than what it has learnt"
    lines.append(f"{metrics} ({newer if job.unmeasured is None else f'as they were: {job.unmeasured}'})")
    return "\n".join([*lines, *([refusal] if refusal else [])])
