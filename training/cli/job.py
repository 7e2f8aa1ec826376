"""`warmstart job`: a job beside a stage is followed, and told of at its end."""

from typing import TYPE_CHECKING

import click

from infra import outputs
from training.cli.console import Console, Failure, json_option
from training.cli.place import deployed_stack, stage_option
from training.cli.trained import show
from training.stores import open_named

if TYPE_CHECKING:
    from training.jobs.state import Jobs, State


@click.command()
@click.argument("name")
@stage_option
@json_option
def job(name: str, stage: str, console: Console) -> None:
    """Follow a training job of a stage to its end: what it comes to, what it logs, what became of its models.

    Ctrl-C asks whether it goes on.
    """
    from training.sagemaker.jobs import Jobs

    log_group = deployed_stack(stage, "training").output(outputs.LOG_GROUP)
    store_url = deployed_stack(stage, "artifacts").output(outputs.STORE_URL)
    follow_to_its_end(name, Jobs(), log_group, stage, store_url, console)


def follow_to_its_end(name: str, jobs: "Jobs", log_group: str, stage: str, store_url: str, console: Console) -> None:
    """Say what a job says, then what became of it; exit as the same command does on this machine."""
    from training.jobs.following import follow

    console.end_progress()
    try:
        state = follow(name, jobs, log_group, _say)
    except KeyboardInterrupt:
        _ask_whether_it_goes_on(name, stage, jobs)
        raise click.exceptions.Exit(130) from None
    _tell(name, jobs, state, store_url, console)


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
    click.echo(f"it is being stopped; {jobs.stopped}", err=True)


def _tell(name: str, jobs: "Jobs", state: "State", store_url: str, console: Console) -> None:
    """Show what became of it, or why there is nothing to show."""
    from training.jobs.results import find_outcome

    outcome = find_outcome(open_named(store_url), state.outcome)
    if outcome is not None:
        show(outcome, console)
        return
    if state.end == "stopped":
        raise Failure(f"{name} was stopped: {jobs.stopped}")
    if state.end == "well":
        raise Failure(f"{name} has ended and left no outcome in {store_url}")
    raise Failure(f"{name} failed: {state.failure or f'{jobs.service} does not say why'}")
