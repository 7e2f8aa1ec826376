"""`warmstart batch`: a model's lists for every user, as a version that needs no computing or as a file."""

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from training.cli.console import Console, json_option
from training.cli.listed import show
from training.cli.on_emr import order_lists
from training.cli.options import refuse
from training.cli.place import Place, place_option
from training.cli.spark import batch_with_spark
from training.cli.tables import check_table, write_table
from training.stores import open_named

if TYPE_CHECKING:
    from training.batch import Batch
    from training.batch_order import Order
    from training.ready_lists import Lists

FILE = click.Path(dir_okay=False)  # on Spark it is a folder


@click.command()
@click.argument("model")
@place_option
@click.option("--version", help="Whose lists; the served version where it is not given.")
@click.option("-k", "--k", "k", default=100, show_default=True, type=click.IntRange(1, 100), help="Items of a list.")
@click.option("--workers", type=click.IntRange(1, 256), help="How many processes; as many as cores if not said.")
@click.option(
    "--to",
    metavar="FILE",
    help="Write every user's answer to a .parquet, .csv or .jsonl, on Spark to a folder of Parquet; publish nothing.",
)
@click.option("--promote", is_flag=True, help="Serve it if it passes the gate.")
@click.option(
    "--on",
    "machine",
    type=click.Choice(["here", "spark"]),
    default="here",
    show_default=True,
    help="Where: in processes of this machine, or by Spark: on this machine, or of the --stage as a job.",
)
@json_option
@click.pass_context
def batch(  # noqa: PLR0913, PLR0917 an option each
    context: click.Context,
    model: str,
    place: Place,
    version: str | None,
    k: int,
    workers: int | None,
    to: str | None,
    promote: bool,
    machine: str,
    console: Console,
) -> None:
    """Make a model's lists for every user at once, and publish them as MODEL_offline.

    The family `lists` serves that from its arrays alone, with the same answers; whom the model leaves to its fallback
    gets it there too, and whom it does not know gets what it has for all of them. A history that comes with a request
    is only excluded: the lists are what they were when they were made.
    """
    if to:
        refuse(context, ["promote"], "a file is not served")
    from training.batch_order import Order

    order = Order(model=model, version=version, k=k, to=to, promote=promote)
    if machine == "spark":
        refuse(context, ["workers"], "Spark says how many work")
        if place.stage:
            return order_lists(order, place.url, place.stage, console)
        return show(batch_with_spark(order, place.url, console), console)
    return show(_here(order, place, workers, console), console)


def _here(order: "Order", place: Place, workers: int | None, console: Console) -> dict[str, Any]:
    from training.batch_order import carry_out
    from training.over_users import cores

    order = replace(order, workers=workers or cores())
    if order.to:
        FILE.convert(order.to, None, None)
    return carry_out(order, open_named(place.url), Processes(), console.progress)


class Processes:
    """Those of this machine, which make lists and write one file."""

    def check(self, to: str) -> None:
        """Look whether such a file can be written there."""
        check_table(Path(to))

    def lists(self, job: "Batch") -> "Lists":
        """Rank in them."""
        return job.lists()

    def write(self, job: "Batch", to: str) -> int:
        """Rank, then write what the lists answer."""
        lists = job.lists()
        with tempfile.TemporaryDirectory(prefix="warmstart-batch-") as cache:
            draft = Path(cache) / "lists"
            write_table(Path(to), job.answers(draft, job.seal(lists, draft, job.manifest.model)))
        return lists.by_fallback
