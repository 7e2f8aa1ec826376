"""`warmstart tune`: settings chosen on folds earlier than the one that is reported."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from training.cli.console import Console, Failure, json_option, table
from training.cli.recipes import bad_row_option, chosen_models, read_data, recipe_option

if TYPE_CHECKING:
    from training.recipe import ModelSection, Recipe
    from training.tuning.outcome import Found, Outcome
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
    console.result(_value(task, found, target, kept), _text(task, found, target, kept))


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


def name_of(model: "ModelSection") -> str:
    """Name a model and, where it has another name, its algorithm."""
    return model.name if model.name == model.algorithm else f"{model.name} ({model.algorithm})"


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


def _value(task: "Task", found: "Outcome", target: Path, kept: Path) -> dict[str, Any]:
    def described(one: "Found") -> dict[str, Any]:
        return {
            "trial": one.trial,
            "settings": {**task.settings, **one.model.params},
            "validation": {"mean": one.validation, "folds": [*one.folds]},
            "reported": dict(one.reported),
        }

    return {
        "model": task.model.name,
        "metric": task.metric,
        "fold": task.recipe.fold.kind,
        "trials": dict(found.counts),
        "own": described(found.own),
        "best": described(found.best),
        "importance": dict(found.importance) or None,
        "why_no_importance": found.why_no_importance or None,
        "recipe": str(target),
        "journal": str(kept),
    }


def _text(task: "Task", found: "Outcome", target: Path, kept: Path) -> str:
    counted = ", ".join(f"{count} {how}" for how, count in found.counts.items() if count or how == "finished")
    lines = [
        f"trials of {name_of(task.model)}: {counted}; kept in {kept}",
        "",
        _settings(task, found),
        f"importance: {found.why_no_importance}" if found.why_no_importance else "",
        "",
        _metrics(task, found),
        "",
        _verdict(task, found),
        f"wrote {target}",
    ]
    return "\n".join(line for line, before in zip(lines, [None, *lines], strict=False) if line or before)


def _settings(task: "Task", found: "Outcome") -> str:
    own, best = ({**task.settings, **one.model.params} for one in (found.own, found.best))
    names = sorted(own, key=lambda name: -found.importance.get(name, 0.0))
    shares = {name: f"{share:.2f}" for name, share in found.importance.items()}
    rows = [(name, f"{own[name]}", f"{best[name]}", shares.get(name, "-")) for name in names]
    return table(("setting", "recipe", "best", "importance"), rows)


def _metrics(task: "Task", found: "Outcome") -> str:
    own, best = found.own, found.best
    number = len(own.folds)
    rows = [(f"mean of {number} earlier", task.metric, own.validation, best.validation)]
    rows += [("reported", metric, value, best.reported[metric]) for metric, value in own.reported.items()]
    return table(("fold", "metric", "recipe", "best", "gain"), [(*row, _gain(row[2], row[3])) for row in rows])


def _gain(before: float, after: float) -> str:
    return f"{after / before - 1:+.1%}" if before else "-"


def _verdict(task: "Task", found: "Outcome") -> str:
    if found.best is found.own or found.best.model.params == found.own.model.params:
        return "nothing was better than the recipe's own settings"
    before, after = found.own.reported[task.metric], found.best.reported[task.metric]
    judged = "better" if after > before else "NOT better"
    return f"on the reported fold, where nothing was chosen, the best settings are {judged}: {_gain(before, after)}"
