"""`warmstart report`: an evaluation as one page."""

from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from training.cli.console import Console, json_option
from training.cli.evaluate import evaluate, fail_for_failed, measured
from training.cli.options import refuse
from training.cli.pages import page_at, write_page
from training.cli.walk import NAMES

if TYPE_CHECKING:
    from training.evaluation.result import Evaluation

MEASURING = [option for option in evaluate.params if option.name not in ("recipe_path", "segments", "console", *NAMES)]


@click.command(params=[*MEASURING])
@click.option("--recipe", "recipe_path", type=click.Path(path_type=Path), help="Measure the models of this recipe.")
@click.option(
    "--from",
    "source",
    type=click.File("rb"),
    metavar="FILE",
    help="Measure nothing: draw what `evaluate --json` printed; - reads it from stdin.",
)
@click.option("--to", type=click.Path(dir_okay=False, path_type=Path), help="The page; report.html if not said.")
@json_option
@click.pass_context
def report(
    context: click.Context,
    /,
    recipe_path: Path | None,
    source: IO[bytes] | None,
    to: Path | None,
    console: Console,
    **measuring: Any,
) -> None:
    """Write a page of tables and plots: models against each other and against popularity.

    It measures as `warmstart evaluate` does, with the same options, or draws an evaluation that is there already. The
    page loads nothing and runs no script. With --json the page is written only where --to names it.
    """
    if (recipe_path is None) == (source is None):
        raise click.UsageError("either --recipe, to measure, or --from, to draw what was measured")
    page = page_at(to, "report.html", console)
    if source is not None:
        refuse(context, [option.name or "" for option in MEASURING], "--from measures nothing")
        found = _read(source)
    else:
        found = measured(recipe_path or Path(), console=console, **measuring)
    if page:
        from training.report.page import report as drawn

        write_page(page, drawn(found))
    console.result({"page": str(page) if page else None, **found.to_json()}, f"wrote {page}")
    fail_for_failed(found)


def _read(source: IO[bytes]) -> "Evaluation":
    from training.report.reading import MAX_BYTES, evaluation_of

    return evaluation_of(source.read(MAX_BYTES + 1))
