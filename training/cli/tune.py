"""`warmstart tune`: settings chosen on folds earlier than the one that is reported."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from training.cli.console import Console, Failure, json_option
from training.cli.recipes import bad_row_option, chosen_models, read_data, recipe_option
from training.cli.tuned import name_of, show

if TYPE_CHECKING:
    from training.recipe import ModelSection, Recipe
    from training.tuning.study import Task


@click.command()
@recipe_option
@click.option("--model", "name", required=True, help="The model of the recipe whose settings are tried.")
@click.option("--trials", type=click.IntRange(1, 100_000), default=50, show_default=True, help="How many, in all runs.")
@click.option("--metric", default="ndcg@10", show_default=True, help="What is made as high as it gets.")
@click.option(
    "--folds", type=click.IntRange(1, 20), default=2, show_default=True, help="Before the recipe's own, to choose on."
)
@click.option(
    "--journal",
    "kept",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where trials are kept; RECIPE-MODEL.journal unless said.",
)
@click.option(
    "--to",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Recipe to write; RECIPE-MODEL.tuned.toml unless said.",
)
@click.option("--force", is_flag=True, help="Write over a recipe that is there.")
@click.option("--timeout", type=click.FloatRange(0), metavar="SECONDS", help="Begin no trial after so long.")
@bad_row_option
@json_option
def tune(  # noqa: PLR0913, PLR0917 an option each
    recipe_path: Path,
    name: str,
    trials: int,
    metric: str,
    folds: int,
    kept: Path | None,
    to: Path | None,
    force: bool,
    timeout: float | None,
    on_bad_row: Literal["refuse", "set-aside"],
    console: Console,
) -> None:
    """Try settings of a model and write the best into a new recipe.

    They are chosen on folds before the recipe's own, which is measured once, at the end. Each trial is kept in the
    journal: the same command goes on after a kill, goes further with more --trials, and helps a run beside it.
    """
    console.progress("preparing")
    _be_quiet()
    with _wrong_call():
        recipe, model = _one_model(recipe_path, name)
        _check(recipe, model, metric)
        target = to or Path(f"{recipe.name}-{name}.tuned.toml")
        _check_target(target, recipe, force)
        text = _text_of(recipe, model)
    task = _task(recipe, model, metric, folds, on_bad_row, console)
    with _wrong_call():
        from training.data.whole import write_whole
        from training.tuning.rewrite import rewritten
        from training.tuning.tune import tuned

        kept = kept or Path(f"{recipe.name}-{name}.journal")
        seconds = float("inf") if timeout is None else timeout
        found = tuned(task, kept, trials=trials, seconds=seconds, say=console.progress)
        write_whole(target, rewritten(text, name, found.best.model.params, task.settings))
    show(task, found, target, kept, console)


def _be_quiet() -> None:
    """Keep Optuna from logging what is progress here."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)


class _WrongCall(Failure):
    """What was asked for cannot be done, and no other table would change that."""

    exit_code = 2


@contextmanager
def _wrong_call() -> Iterator[None]:
    """End what was asked for wrongly, in the recipe too, with exit code 2."""
    from warmstart.errors import DataError, SettingsError

    try:
        yield
    except (DataError, SettingsError) as error:
        raise _WrongCall(str(error)) from error


def _one_model(path: Path, name: str) -> tuple["Recipe", "ModelSection"]:
    recipe, chosen = chosen_models(path, name)
    if len(chosen) != 1:
        raise click.UsageError("--model is one model: tune them one after the other")
    return recipe, chosen[0]


def _check(recipe: "Recipe", model: "ModelSection", metric: str) -> None:
    from training.algorithms.encoded import Encoded
    from training.evaluation.measure import METRICS, K
    from training.fitting import built
    from training.tuning.space import distributions_of
    from warmstart.errors import SettingsError

    algorithm = built(recipe, model)
    known = [f"{measured}@{K}" for measured in METRICS]
    if metric not in known:
        raise SettingsError(f"there is no metric {metric} to tune for; there are {', '.join(known)}")
    if not distributions_of(model):
        raise SettingsError(f"{name_of(model)} has no settings to try, so there is nothing to tune")
    if isinstance(algorithm, Encoded):
        algorithm.check_installed()


def _check_target(target: Path, recipe: "Recipe", force: bool) -> None:
    from warmstart.errors import SettingsError

    if target.exists() and target.samefile(recipe.path):
        raise SettingsError(f"{target} is the recipe itself: say another --to")
    if target.exists() and not force:
        raise SettingsError(f"{target} exists: say --force to write over it, or --to")
    if not target.parent.is_dir():
        raise SettingsError(f"{target} cannot be written: there is no folder {target.parent}")


def _text_of(recipe: "Recipe", model: "ModelSection") -> str:
    """Read the recipe's text, and see that it can be rewritten before anything is tried."""
    from training.algorithms.base import settings_of
    from training.fitting import built
    from training.tuning.rewrite import rewritten

    text = recipe.path.read_text(encoding="utf8")
    rewritten(text, model.name, settings_of(built(recipe, model)), {})
    return text


def _task(
    recipe: "Recipe",
    model: "ModelSection",
    metric: str,
    folds: int,
    on_bad_row: Literal["refuse", "set-aside"],
    console: Console,
) -> "Task":
    from training.columns import TIMESTAMP
    from training.tuning.space import distributions_of
    from training.tuning.study import Task

    tables = read_data(recipe, on_bad_row, console)
    timed = TIMESTAMP in tables.interactions.columns
    return Task(recipe, model, tables, metric, folds, distributions_of(model, timed=timed))
