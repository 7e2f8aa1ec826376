"""What runs in a job's driver: it reads its order, carries it out, and leaves what became of it in the store."""

import signal
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from training import stopping
from training.emr.inputs import fetch_recipe
from training.emr.order import ListsOrder, TrainOrder, read_order
from training.jobs.results import put_failure, put_lists, put_outcome
from training.outcome import FAILED, REFUSED, Outcome
from training.spark.batch import batch_on_spark
from training.spark.session import open_session
from training.spark.train import train_on_spark
from training.stores import open_named
from training.train_recipe import Job
from training.voice import Log
from warmstart.errors import WarmstartError
from warmstart.store import Store


def main() -> int:
    """Do as the arguments say; return the command's own exit code."""
    signal.signal(signal.SIGTERM, _stop)
    return run(sys.argv[1:])


def run(arguments: Sequence[str]) -> int:
    """Carry out an order; return 0, the command's exit code for a refusal, or a failure's.

    What is published is whole wherever this ends: a manifest is written after all that it names.
    """
    log = Log()
    try:
        order = read_order(arguments)
        store = open_named(order.store, create=True)
    except WarmstartError as error:
        log.progress(f"error: {error}")
        return FAILED
    try:
        return _carried_out(order, store, log)
    except stopping.Stopped:
        log.progress("stopped by SIGTERM")
        return stopping.EXIT_CODE
    except Exception as error:
        traceback.print_exc()
        log.progress(f"error: {error or type(error).__name__}")
        put_failure(store, order.job, str(error) or type(error).__name__)
        return FAILED


def _carried_out(order: TrainOrder | ListsOrder, store: Store, log: Log) -> int:
    if isinstance(order, TrainOrder):
        outcome = _trained(order, store, log)
        put_outcome(store, order.job, outcome)
        for wrong in (*outcome.failures, *outcome.refusals):
            log.progress(f"error: {wrong}")
        return outcome.exit_code
    with open_session(order.job) as spark:
        told = batch_on_spark(spark, store, order.lists, log.progress)
    put_lists(store, order.job, told)
    return REFUSED if told["refusal"] else 0


def _trained(order: TrainOrder, store: Store, log: Log) -> Outcome:
    with TemporaryDirectory(prefix="warmstart-inputs-") as folder:
        recipe = fetch_recipe(store, order.inputs, order.interactions, Path(folder))
        job = Job(
            recipe=recipe,
            models=recipe.chosen(order.models.models),
            on_bad_row=order.models.on_bad_row,
            promote=order.models.promote,
            trained_on={"job": order.job},
        )
        with open_session(order.job) as spark:
            return train_on_spark(job, store, log, spark, order.interactions)


def _stop(*_: object) -> None:
    """End at once: EMR Serverless waits for nobody whom it cancels."""
    raise stopping.Stopped
