"""`warmstart train --on sagemaker`: a training job is made beside a stage, and followed."""

import os
from typing import TYPE_CHECKING

from training.cli.console import Console
from training.cli.job import follow_to_its_end
from training.cli.place import deployed_stack
from training.stores import open_named

if TYPE_CHECKING:
    from training.jobs.order import Order
    from training.recipe import Recipe


def order_training(recipe: "Recipe", order: "Order", stage: str, console: Console) -> None:
    """Make a job that trains a recipe's models beside a stage, and follow it to its end."""
    from training.data.reading import files_of
    from training.jobs.inputs import put_inputs
    from training.jobs.names import new_name
    from training.sagemaker.jobs import Jobs
    from training.sagemaker.request import Place, request

    where = Place.of(deployed_stack(stage, "training"))
    console.progress(f"putting {recipe.data.described} into {order.store}")
    inputs = put_inputs(open_named(order.store), recipe, files_of(recipe.data))
    jobs, name = Jobs(), new_name(stage, recipe.name)
    jobs.create(request(name, where, order, inputs, os.environ))
    console.progress(f"{name} on {where.instance}{' of spot' if where.spot else ''}")
    follow_to_its_end(name, jobs, where.log_group, stage, order.store, console)
