"""`warmstart retrain`: what a stage's schedule trains, started by hand, and what came of the last runs."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from infra.outputs import RETRAINING, STORE_URL
from infra.retraining_states import TREND
from training.cli.console import Commands, Console, Failure, json_option, table
from training.cli.place import deployed_stack, stage_option
from training.cli.recipes import read_recipe_named, recipe_option
from training.stores import open_named
from training.voice import one_line

if TYPE_CHECKING:
    from training.retraining.runs import Run, Runs


@click.group(cls=Commands)
def retrain() -> None:
    """What a stage's schedule does: check the data, train, ask the gate, promote."""


@retrain.command()
@recipe_option
@stage_option
@json_option
def put(recipe_path: Path, stage: str, console: Console) -> None:
    """Put a recipe and its tables into a stage's store, where every run reads them.

    From then on an export overwrites the tables there.
    """
    from training.retraining.source import RECIPE, TABLES, put_source

    recipe = read_recipe_named(recipe_path)
    url = deployed_stack(stage, "artifacts").output(STORE_URL)
    console.progress(f"putting {recipe.data.described} into {url}")
    put_source(open_named(url), recipe)
    places = {"recipe": f"{url}/{RECIPE}", "tables": f"{url}/{TABLES}/"}
    console.result(places, f"{places['recipe']}\n{places['tables']} is where the export goes")


@retrain.command()
@stage_option
@click.option("--trend", is_flag=True, help="Count the trends anew and train nothing.")
@click.option("--uncompared", is_flag=True, help="Take the tables, whatever the last run has taken.")
@json_option
def start(stage: str, trend: bool, uncompared: bool, console: Console) -> None:
    """Start a run now and follow it to its end; exit 1 where it fails, which leaves what is served as it was.

    Ctrl-C leaves it running.
    """
    runs = _runs(stage)
    arn = runs.start({**({"do": TREND} if trend else {}), **({"compare": False} if uncompared else {})})
    console.end_progress()
    try:
        run = runs.follow(arn, lambda line: click.echo(line, err=True))
    except KeyboardInterrupt:
        click.echo(f"it goes on; to see what comes of it: warmstart retrain status --stage {stage}", err=True)
        raise click.exceptions.Exit(130) from None
    if not run.succeeded:
        raise Failure(_came(run))
    console.result(_value(run), _came(run))


@retrain.command()
@stage_option
@click.option("--last", default=5, show_default=True, type=click.IntRange(1, 100), help="So many runs.")
@json_option
def status(stage: str, last: int, console: Console) -> None:
    """Tell of the last runs, the newest first: when, how long, and what came of each."""
    found = _runs(stage).newest(last)
    names = ("started", "what", "state", "minutes", "what came of it")
    text = table(names, [_row(run) for run in found]) if found else "no run yet"
    console.result({"runs": [_value(run) for run in found]}, text)


def _runs(stage: str) -> "Runs":
    from training.deployed.aws import StageError
    from training.retraining.runs import Runs

    training = deployed_stack(stage, "training")
    if RETRAINING not in training.outputs:
        raise StageError(f'stage {stage!r} has no schedule: give it "retrain" in cdk.json and deploy it')
    return Runs(training.output(RETRAINING))


def _row(run: "Run") -> tuple[str, str, str, int, str]:
    return f"{run.started:%Y-%m-%d %H:%M}", _what(run), run.status.lower(), _minutes(run), _came(run)


def _value(run: "Run") -> dict[str, Any]:
    return {
        "run": run.arn,
        "what": _what(run),
        "state": run.status.lower(),
        "started": run.started.isoformat(),
        "ended": run.ended.isoformat() if run.ended else None,
        "came": run.came,
        "cause": run.cause,
    }


def _what(run: "Run") -> str:
    return "trend" if run.trend else "models"


def _minutes(run: "Run") -> int:
    return round(((run.ended or datetime.now(UTC)) - run.started).total_seconds() / 60)


def _came(run: "Run") -> str:
    """Say what came of a run in one line."""
    if run.running:
        return ""
    if not run.succeeded:
        return one_line(run.cause or f"it was {run.status.lower()}")
    served = ", ".join(f"{model} {version}" for model, version in run.came.get("served", {}).items())
    kept = "; ".join(f"{model} stays: {why}" for model, why in run.came.get("kept", {}).items())
    return "; ".join(part for part in (f"served: {served}" if served else "", kept) if part) or "nothing was to do"
