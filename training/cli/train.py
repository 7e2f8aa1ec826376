"""`warmstart train`: the main job."""

from pathlib import Path
from typing import Literal

import click

from training.cli import on_emr, on_sagemaker
from training.cli.console import Console, json_option
from training.cli.place import Place, place_option
from training.cli.recipes import bad_row_option, chosen_models, models_option, recipe_option
from training.cli.spark import train_with_spark
from training.cli.trained import show
from training.stores import open_named

KEPT_BY = {"sagemaker": "a job keeps them in the stage's store", "spark": "no network is trained on Spark"}


@click.command()
@recipe_option
@models_option
@place_option
@bad_row_option
@click.option(
    "--checkpoints",
    type=click.Path(file_okay=False, path_type=Path),
    help="A folder in which networks keep what they have learnt: the same command goes on where it was killed.",
)
@click.option("--promote", is_flag=True, help="Serve what passes the gate.")
@click.option(
    "--on",
    "machine",
    type=click.Choice(["here", "sagemaker", "spark"]),
    default="here",
    show_default=True,
    help="Where: on this machine, as a job of SageMaker beside the --stage, or by Spark: of the --stage, or here.",
)
@click.option(
    "--interactions",
    metavar="URL",
    help="Where Spark reads the interactions, if not where the recipe says: a file or a folder of parts.",
)
@json_option
def train(  # noqa: PLR0913, PLR0917 an option each
    recipe_path: Path,
    models: str | None,
    place: Place,
    on_bad_row: Literal["refuse", "set-aside"],
    checkpoints: Path | None,
    promote: bool,
    machine: str,
    interactions: str | None,
    console: Console,
) -> None:
    """Measure on the recipe's fold, refit on all rows, publish a version per model.

    A model that cannot be trained is said at the end, and the others are. The catalogue is published beside them:
    titles and histories, for the API's items and users.
    """
    recipe, chosen = chosen_models(recipe_path, models)
    if checkpoints and machine != "here":
        raise click.UsageError(f"--checkpoints: {KEPT_BY[machine]}")
    if interactions and machine != "spark":
        raise click.UsageError("--interactions: Spark alone reads them from elsewhere: --on spark")
    if machine == "sagemaker" and not place.stage:
        raise click.UsageError("--on sagemaker trains for a deployed stage: say --stage NAME")
    if machine != "here" and place.stage:
        from training.jobs.order import Order

        order = Order(store=place.url, models=models, on_bad_row=on_bad_row, promote=promote)
        if machine == "sagemaker":
            return on_sagemaker.order_training(recipe, order, place.stage, console)
        return on_emr.order_training(recipe, order, place.stage, interactions, console)
    from training.train_recipe import Job, train_recipe

    job = Job(recipe=recipe, models=chosen, on_bad_row=on_bad_row, promote=promote, checkpoints=checkpoints)
    if machine == "spark":
        return train_with_spark(job, place.url, interactions, console)
    return show(train_recipe(job, open_named(place.url, create=True), console), console)
