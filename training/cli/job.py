"""`warmstart job`: a job beside a stage is followed, and told of at its end."""

from typing import TYPE_CHECKING

import click

from infra import outputs
from training.cli import listed, trained
from training.cli.console import Console, Failure, json_option
from training.cli.place import deployed_stack, stage_option
from training.stores import open_named

if TYPE_CHECKING:
    from training.deployed.stage import Stack
    from training.jobs.state import Jobs, State


@click.command()
@click.argument("name")
@stage_option
@json_option
def job(name: str, stage: str, console: Console) -> None:
    """Follow a job of a stage to its end: what it comes to, what it logs, what became of its models or lists.

    NAME is what the command that made the job calls it.

    Ctrl-C asks whether it goes on.
    """
    training = deployed_stack(stage, "training")
    store_url = deployed_stack(stage, "artifacts").output(outputs.STORE_URL)
    jobs, log_group = _sagemaker(training) if "-" in name else _spark(training)
    follow_to_its_end(name, jobs, log_group, stage, store_url, console)


def _sagemaker(training: "Stack") -> tuple["Jobs", str]:
    """Return the jobs whose names are ours, which have dashes, and their log."""
    from training.sagemaker.jobs import Jobs

    return Jobs(), training.output(outputs.LOG_GROUP)


def _spark(training: "Stack") -> tuple["Jobs", str]:
    """Return the jobs whose ids are EMR Serverless's, and their log."""
    from training.emr.jobs import Jobs

    return Jobs(training.output(outputs.SPARK_APPLICATION)), training.output(outputs.SPARK_LOG_GROUP)


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
    from training.jobs.results import find_failure, find_lists, find_outcome

    store = open_named(store_url)
    if (outcome := find_outcome(store, state.outcome)) is not None:
        return trained.show(outcome, console)
    if (lists := find_lists(store, state.outcome)) is not None:
        return listed.show(lists, console)
    if state.end == "stopped":
        raise Failure(f"{name} was stopped: {jobs.stopped}")
    if state.end == "well":
        raise Failure(f"{name} has ended and left no outcome in {store_url}")
    why = find_failure(store, state.outcome) or state.failure
    raise Failure(f"{name} failed: {why or f'{jobs.service} does not say why'}")
