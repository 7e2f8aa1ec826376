"""`warmstart evaluate --walk`: models and trends that grow old, day by day."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from training.cli.console import Console
from training.cli.options import checked
from training.cli.pages import page_at, write_page
from training.cli.recipes import chosen_models, read_data

if TYPE_CHECKING:
    from training.data.tables import Tables
    from training.evaluation.steps import WalkPlan
    from training.evaluation.walk_forward import WalkForward
    from training.evaluation.walk_result import Walk
    from training.recipe import Recipe

SECONDS = {"d": 86_400, "h": 3_600}
NOT_BESIDE = ("folds", "days", "last", "include", "segments")  # options that a walk has no use for


class Span(click.ParamType[int]):
    """A time as people write it, in seconds."""

    name = "TIME"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read days or hours, whole and not none of them."""
        found = re.fullmatch(r"([1-9]\d{0,3})([dh])", value.strip()) if isinstance(value, str) else None
        if found is None:
            self.fail(f"{str(value)[:40]!r} is no time: write 7d, or 12h", param, ctx)
        return int(found[1]) * SECONDS[found[2]]


NAMES = ("walk", "step", "retrain", "plot")
OPTIONS = (
    click.option(
        "--walk",
        type=Span(),
        help="No folds: fit once, before the last days of so many (7d), and ask step by step what a stale trend loses.",
    ),
    click.option(
        "--step",
        type=Span(),
        help="Of a walk, at most 100 of them: 12h; 1d, or the whole walk, unless said.",
    ),
    click.option("--retrain", is_flag=True, help="Fit anew before each step too: as many fits of each model as steps."),
    click.option(
        "--plot",
        type=click.Path(dir_okay=False, path_type=Path),
        help="Write a page of a walk: quality against the age of model and trend.",
    ),
)


def walk_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of a walk."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command


def walk(
    recipe_path: Path,
    models: str | None,
    on_bad_row: Literal["refuse", "set-aside"],
    console: Console,
    *,
    ks: tuple[int, ...],
    metrics: tuple[str, ...] | None,
    **walking: Any,
) -> "Walk":
    """Walk forward as the options say; print what was found, and draw it where asked."""
    plot = walking.pop("plot")
    page = None if plot is None else page_at(plot, "", console)
    k, names = _measuring(ks, metrics)
    plan = _plan(**walking)
    recipe, chosen = chosen_models(recipe_path, models)
    job = _job(recipe, read_data(recipe, on_bad_row, console), plan, k=k, metrics=names, say=console.progress)
    found = job.walk(chosen)
    _say(found, console)
    if page is not None:
        from training.report.walk_page import walk_page

        write_page(page, walk_page(found))
        if not console.json:
            click.echo(f"wrote {page}")
    return found


def _measuring(ks: tuple[int, ...], metrics: tuple[str, ...] | None) -> tuple[int, tuple[str, ...]]:
    """Return the longest of the lists that are asked for, and the metrics."""
    from training.evaluation.metrics import check_ks
    from training.evaluation.walk_forward import USUAL, check_metrics

    return checked("--k", check_ks, ks)[-1], checked("--metrics", check_metrics, USUAL if metrics is None else metrics)


def _plan(walk: int, step: int | None, *, retrain: bool) -> "WalkPlan":
    from training.evaluation.steps import WalkPlan

    length: int = min(SECONDS["d"], walk) if step is None else step
    plan: WalkPlan = checked("--step", lambda seconds: WalkPlan(walk, seconds, retrain), length)
    return plan


def _job(recipe: "Recipe", tables: "Tables", plan: "WalkPlan", **measuring: Any) -> "WalkForward":
    """Cut the walk; one that leaves nothing to learn from, or nobody to measure on, is a wrong call."""
    from training.evaluation.steps import NoSteps
    from training.evaluation.walk_forward import WalkForward

    job = WalkForward(recipe, tables, plan, **measuring)
    try:
        _ = job.cut
    except NoSteps as error:
        raise click.BadParameter(str(error), param_hint="'--walk'") from error
    return job


def _say(found: "Walk", console: Console) -> None:
    if console.json:
        console.result(found.to_json(), "")
        return
    from training.evaluation.walk_table import show

    console.end_progress()
    show(found)
