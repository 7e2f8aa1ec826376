"""`--on spark --stage NAME`: a job of EMR Serverless is made beside a stage, and followed."""

from typing import TYPE_CHECKING

import click

from training.cli.console import Console
from training.cli.job import follow_to_its_end
from training.cli.place import deployed_stack
from training.stores import manifest_of, open_named

if TYPE_CHECKING:
    from training.batch_order import Order as Lists
    from training.emr.order import ListsOrder, TrainOrder
    from training.emr.request import Place
    from training.jobs.order import Order as Models
    from training.recipe import Recipe


def order_training(recipe: "Recipe", models: "Models", stage: str, interactions: str | None, console: Console) -> None:
    """Make a job that trains a recipe's models, and follow it to its end.

    Args:
        recipe: with the tables; the interactions may lie elsewhere.
        models: what is trained of it, and what becomes of that.
        stage: beside which.
        interactions: their address, from which the job reads them; None: they are put into the stage's store.
        console: is told how it goes.
    """
    if interactions and not interactions.startswith("s3://"):
        raise click.UsageError(f"--interactions: a job reads s3://BUCKET/..., and {interactions} is on this machine")
    from training.emr.inputs import put_tables
    from training.emr.order import TrainOrder
    from training.jobs.names import new_name
    from training.spark.possible import refuse_others

    refuse_others(recipe, recipe.chosen(models.models))
    where = _where(stage)
    console.progress(f"putting what {recipe.path} reads into {models.store}")
    inputs, address = put_tables(open_named(models.store), recipe, interactions)
    name = new_name(stage, recipe.name)
    _start(TrainOrder(job=name, inputs=inputs.prefix, interactions=address, models=models), where, console)


def order_lists(lists: "Lists", store_url: str, stage: str, console: Console) -> None:
    """Make a job that ranks for all users of a model, and follow it to its end."""
    theirs = f"{store_url.rstrip('/')}/training/"
    if lists.to and (not lists.to.startswith(theirs) or ".." in lists.to.split("/")):  # Hadoop goes up by these
        raise click.UsageError(f"--to: a job may write under {theirs} alone, and {lists.to} is not there")
    from training.emr.order import ListsOrder
    from training.jobs.names import new_name

    where = _where(stage)
    manifest_of(open_named(store_url), lists.model, lists.version)  # said here, not minutes later by the job
    _start(ListsOrder(job=new_name(stage, lists.model), store=store_url, lists=lists), where, console)


def _where(stage: str) -> "Place":
    from training.emr.request import Place

    return Place.of(deployed_stack(stage, "training"))


def _start(order: "TrainOrder | ListsOrder", where: "Place", console: Console) -> None:
    from training.emr.jobs import Jobs
    from training.emr.request import request

    jobs = Jobs(where.application)
    name = jobs.start(request(where, order))
    console.progress(f"{name} on Spark, of {where.max_vcpu} vCPU at most")
    follow_to_its_end(name, jobs, where.log_group, where.stage, order.store, console)
