"""`warmstart job`, and `warmstart train --on sagemaker`: a training job is made, followed, and told of at its end."""

import os
from typing import TYPE_CHECKING, Literal

import click

from infra.outputs import STORE_URL
from training.cli.console import Console, Failure, json_option
from training.cli.place import Place, deployed_stack, stage_option
from training.cli.trained import show
from training.stores import open_named

if TYPE_CHECKING:
    from training.recipe import Recipe
    from training.sagemaker.jobs import Jobs, State


@click.command()
@click.argument("name")
@stage_option
@json_option
def job(name: str, stage: str, console: Console) -> None:
    """Follow a training job of a stage to its end: what it comes to, what it logs, what became of its models.

    Ctrl-C asks whether it goes on.
    """
    from training.sagemaker.request import Place as JobPlace

    place = JobPlace.of(deployed_stack(stage, "training"))
    store_url = deployed_stack(stage, "artifacts").output(STORE_URL)
    _follow_to_its_end(name, place.log_group, stage, store_url, console)


def order_job(
    recipe: "Recipe",
    models: str | None,
    place: Place,
    on_bad_row: Literal["refuse", "set-aside"],
    *,
    promote: bool,
    console: Console,
) -> None:
    """Make a job that trains a recipe's models, and follow it to its end."""
    if place.stage is None:
        raise click.UsageError("--on sagemaker trains for a deployed stage: say --stage NAME")
    from training.sagemaker.inputs import put_inputs
    from training.sagemaker.jobs import Jobs
    from training.sagemaker.order import Order
    from training.sagemaker.request import Place as JobPlace
    from training.sagemaker.request import new_name, request

    where = JobPlace.of(deployed_stack(place.stage, "training"))
    order = Order(store=place.url, models=models, on_bad_row=on_bad_row, promote=promote)
    console.progress(f"putting {recipe.data.described} into {place.url}")
    inputs = put_inputs(open_named(place.url), recipe)
    name = new_name(place.stage, recipe.name)
    Jobs().create(request(name, where, order, inputs, os.environ))
    console.progress(f"{name} on {where.instance}{' of spot' if where.spot else ''}")
    _follow_to_its_end(name, where.log_group, place.stage, place.url, console)


def _follow_to_its_end(name: str, log_group: str, stage: str, store_url: str, console: Console) -> None:
    from training.sagemaker.following import follow
    from training.sagemaker.jobs import Jobs

    jobs = Jobs()
    console.end_progress()
    try:
        state = follow(name, jobs, log_group, _say)
    except KeyboardInterrupt:
        _ask_whether_it_goes_on(name, stage, jobs)
        raise click.exceptions.Exit(130) from None
    _tell(name, state, store_url, console)


def _say(line: str) -> None:
    """Say a line that stays, where progress is overwritten."""
    click.echo(line, err=True)


def _ask_whether_it_goes_on(name: str, stage: str, jobs: "Jobs") -> None:
    """Stop the job or leave it; whoever says nothing leaves it."""
    try:
        goes_on = click.confirm(f"\nLet {name} go on?", default=True, err=True)
    except click.Abort:
        goes_on = True
    if goes_on:
        click.echo(f"it goes on; to follow it again: warmstart job {name} --stage {stage}", err=True)
        return
    jobs.stop(name)
    click.echo("it is being stopped; the same warmstart train goes on from its checkpoints", err=True)


def _tell(name: str, state: "State", store_url: str, console: Console) -> None:
    """Show what became of its models, or why there is nothing to show."""
    from training.sagemaker.results import find_outcome

    outcome = find_outcome(open_named(store_url), name)
    if outcome is not None:
        show(outcome, console)
        return
    if state.status == "Stopped":
        raise Failure(f"{name} was stopped: the same warmstart train goes on from its checkpoints")
    if state.status == "Completed":
        raise Failure(f"{name} has ended and left no outcome in {store_url}")
    raise Failure(f"{name} failed: {state.failure or 'SageMaker does not say why'}")
