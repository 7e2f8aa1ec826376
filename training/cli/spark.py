"""`--on spark` without a stage: on a session of this machine, or of the spark-submit that started the command."""

from typing import TYPE_CHECKING, Any

from training.cli.console import Console
from training.cli.trained import show
from training.stores import open_named

if TYPE_CHECKING:
    from training.batch_order import Order
    from training.train_recipe import Job


def train_with_spark(job: "Job", store_url: str, interactions: str | None, console: Console) -> None:
    """Train a recipe's models with Spark, publish them, and show what became of them."""
    from training.spark.possible import refuse_others
    from training.spark.session import open_session

    refuse_others(job.recipe, job.models)
    with open_session(f"warmstart train {job.recipe.name}") as spark:
        from training.spark.train import train_on_spark

        outcome = train_on_spark(job, open_named(store_url, create=True), console, spark, interactions)
    show(outcome, console)


def batch_with_spark(order: "Order", store_url: str, console: Console) -> dict[str, Any]:
    """Carry out an order of lists with Spark; return what `warmstart batch --json` prints."""
    from training.spark.session import open_session

    store = open_named(store_url)
    with open_session(f"warmstart batch {order.model}") as spark:
        from training.spark.batch import batch_on_spark

        return batch_on_spark(spark, store, order, console.progress)
