"""`warmstart evaluate`: models against each other and against popularity, on several folds."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from training.cli.console import Console, Failure, json_option
from training.cli.options import by_commas, checked, refuse
from training.cli.recipes import bad_row_option, chosen_models, models_option, read_data, recipe_option
from training.cli.walk import NAMES, NOT_BESIDE, walk, walk_options

if TYPE_CHECKING:
    from training.evaluation.cross_validation import CrossValidator
    from training.evaluation.folds import FoldPlan
    from training.evaluation.result import Evaluation
    from training.evaluation.walk_result import Walk


@click.command()
@recipe_option
@models_option
@bad_row_option
@click.option("--folds", default=3, show_default=True, type=click.IntRange(1, 100), help="How many.")
@click.option("--days", type=click.IntRange(1, 3650), help="Days of a fold; the recipe's, or 7, unless said.")
@click.option(
    "--last", type=click.IntRange(1, 1000), help="Hold back the last N events of each user instead: it leaks time."
)
@click.option("--k", "ks", metavar="K,...", callback=by_commas(int), default="1,5,10", show_default=True)
@click.option("--metrics", metavar="NAME,...", callback=by_commas(str), help="Only these; all by default.")
@click.option(
    "--include",
    metavar="WHAT,...",
    callback=by_commas(str),
    default=None,
    help="Measure on these too: cold_users (they get the fallback), cold_items, seen.",
)
@click.option("--segments", is_flag=True, help="Print the deciding metric per kind of user as well.")
@walk_options
@json_option
@click.pass_context
def evaluate(
    context: click.Context,
    /,
    recipe_path: Path,
    models: str | None,
    on_bad_row: Literal["refuse", "set-aside"],
    console: Console,
    segments: bool,
    **measuring: Any,
) -> None:
    """Measure models on several folds, through the scorers that would serve them; publish nothing.

    popular and popular_recent are always in the table; a model that cannot beat one of them is marked with < (worse)
    or ~ (cannot be told from chance). Means are over folds, the range after a mean is its 95 % interval over users.
    A model that cannot be measured is said at the end, and the others are.

    With --walk nothing is folded: each model is fitted once and grows old, beside the same with a trend of the day. It
    is measured by ndcg and map, unless --metrics says, at the longest --k.
    """
    walking = {name: measuring.pop(name) for name in NAMES}
    if walking["walk"] is not None:
        refuse(context, NOT_BESIDE, "a walk is cut by --walk and --step, and knows no kinds of users")
        ks, metrics = measuring["ks"], measuring["metrics"]
        fail_for_failed(walk(recipe_path, models, on_bad_row, console, ks=ks, metrics=metrics, **walking))
        return
    refuse(context, NAMES, "only with --walk")
    from training.evaluation.table import show

    found = measured(recipe_path, models, on_bad_row, console, **measuring)
    if console.json:
        console.result(found.to_json(), "")
    else:
        console.end_progress()
        show(found, segments=segments)
    fail_for_failed(found)


def fail_for_failed(found: "Evaluation | Walk") -> None:
    """Say which models could not be measured, and end with a failure if there are any."""
    for name, why in found.failed.items():
        Failure(f"{name} was not measured: {why}").show()
    if found.failed:
        raise click.exceptions.Exit(Failure.exit_code)


def measured(
    recipe_path: Path,
    models: str | None,
    on_bad_row: Literal["refuse", "set-aside"],
    console: Console,
    *,
    ks: tuple[int, ...],
    metrics: tuple[str, ...] | None,
    **cut: Any,
) -> "Evaluation":
    """Cross-validate as the options of `evaluate` say."""
    from training.evaluation.metrics import METRICS, check_ks, check_names

    chosen_ks = checked("--k", check_ks, ks)
    names = checked("--metrics", check_names, tuple(METRICS) if metrics is None else metrics)
    recipe, chosen = chosen_models(recipe_path, models)
    plan = _plan(cut, usual_days=recipe.fold.days)
    tables = read_data(recipe, on_bad_row, console)
    from training.evaluation.cross_validation import CrossValidator

    job = CrossValidator(recipe, tables, plan, ks=chosen_ks, metrics=names, say=console.progress)
    _cut(job)
    return job.evaluate(chosen)


def _plan(cut: dict[str, Any], *, usual_days: int) -> "FoldPlan":
    from training.evaluation.folds import EXCLUDED, FoldPlan

    if cut["last"] is not None and cut["days"] is not None:
        raise click.UsageError("--days and --last exclude each other")
    included = cut["include"] or ()
    unknown = [name for name in included if name not in EXCLUDED]
    if unknown:
        raise click.BadParameter(f"no {', '.join(unknown)}; there are {', '.join(EXCLUDED)}", param_hint="'--include'")
    excluded = tuple(name for name in EXCLUDED if name not in included)
    return FoldPlan(folds=cut["folds"], days=cut["days"] or usual_days, last=cut["last"], excluded=excluded)


def _cut(job: "CrossValidator") -> None:
    """Make the folds; one without test users is a wrong call."""
    from training.evaluation.folds import NoTestUsers

    try:
        _ = job.folds
    except NoTestUsers as error:
        raise click.BadParameter(str(error), param_hint="'--folds'") from error
