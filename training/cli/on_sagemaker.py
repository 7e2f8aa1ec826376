"""`warmstart train --on sagemaker`: a training job is made beside a stage, and followed."""

import os
from typing import TYPE_CHECKING, Literal

import click

from training.cli.console import Console
from training.cli.job import follow_to_its_end
from training.cli.place import Place, deployed_stack
from training.stores import open_named

if TYPE_CHECKING:
    from training.recipe import Recipe


def order_training(
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
    from training.data.reading import files_of
    from training.jobs.inputs import put_inputs
    from training.jobs.names import new_name
    from training.jobs.order import Order
    from training.sagemaker.jobs import Jobs
    from training.sagemaker.request import Place as JobPlace
    from training.sagemaker.request import request

    where = JobPlace.of(deployed_stack(place.stage, "training"))
    order = Order(store=place.url, models=models, on_bad_row=on_bad_row, promote=promote)
    console.progress(f"putting {recipe.data.described} into {place.url}")
    inputs = put_inputs(open_named(place.url), recipe, files_of(recipe.data))
    jobs, name = Jobs(), new_name(place.stage, recipe.name)
    jobs.create(request(name, where, order, inputs, os.environ))
    console.progress(f"{name} on {where.instance}{' of spot' if where.spot else ''}")
    follow_to_its_end(name, jobs, where.log_group, place.stage, place.url, console)
