"""`--on spark --stage NAME`: a job of EMR Serverless is made beside a stage, and followed."""

from typing import TYPE_CHECKING, Literal

import click

from training.cli.console import Console
from training.cli.job import follow_to_its_end
from training.cli.place import Place, deployed_stack
from training.stores import open_named

if TYPE_CHECKING:
    from training.batch_order import Order as Lists
    from training.emr.order import ListsOrder, TrainOrder
    from training.emr.request import Place as JobPlace
    from training.recipe import Recipe


def order_training(
    recipe: "Recipe",
    models: str | None,
    place: Place,
    on_bad_row: Literal["refuse", "set-aside"],
    interactions: str | None,
    *,
    promote: bool,
    console: Console,
) -> None:
    """Make a job that trains a recipe's models, and follow it to its end.

    Args:
        recipe: with the tables; the interactions may lie elsewhere.
        models: their names by commas; None: all of them.
        place: the stage.
        on_bad_row: what is done about one.
        interactions: their address, from which the job reads them; None: they are put into the stage's store.
        promote: serve what passes the gate.
        console: is told how it goes.
    """
    if interactions and not interactions.startswith("s3://"):
        raise click.UsageError(f"--interactions: a job reads s3://BUCKET/..., and {interactions} is on this machine")
    from training.emr.inputs import put_tables
    from training.emr.order import TrainOrder
    from training.jobs.names import new_name
    from training.jobs.order import Order as Models
    from training.spark.possible import refuse_others

    refuse_others(recipe, recipe.chosen(models))
    where = _where(place)
    console.progress(f"putting what {recipe.path} reads into {place.url}")
    inputs, address = put_tables(open_named(place.url), recipe, interactions)
    order = TrainOrder(
        job=new_name(where.stage, recipe.name),
        inputs=inputs.prefix,
        interactions=address,
        models=Models(store=place.url, models=models, on_bad_row=on_bad_row, promote=promote),
    )
    _start(order, where, console)


def order_lists(lists: "Lists", place: Place, console: Console) -> None:
    """Make a job that ranks for all users of a model, and follow it to its end."""
    theirs = f"{place.url.rstrip('/')}/training/"
    if lists.to and (not lists.to.startswith(theirs) or ".." in lists.to.split("/")):  # Hadoop would go up
        raise click.UsageError(f"--to: a job may write under {theirs} alone, and {lists.to} is not there")
    from training.emr.order import ListsOrder
    from training.jobs.names import new_name

    where = _where(place)
    order = ListsOrder(job=new_name(where.stage, lists.model), store=place.url, lists=lists)
    _start(order, where, console)


def _where(place: Place) -> "JobPlace":
    from training.emr.request import Place as JobPlace

    assert place.stage is not None  # noqa: S101 whoever works elsewhere has a Spark of their own
    return JobPlace.of(deployed_stack(place.stage, "training"))


def _start(order: "TrainOrder | ListsOrder", where: "JobPlace", console: Console) -> None:
    from training.emr.jobs import Jobs
    from training.emr.request import request

    jobs = Jobs(where.application)
    name = jobs.start(request(where, order))
    console.progress(f"{name} on Spark, of {where.max_vcpu} vCPU at most")
    follow_to_its_end(name, jobs, where.log_group, where.stage, order.store, console)
