"""What runs in the container: `train`. It reads the contract, trains as on any machine, and publishes."""

import os
import signal
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path

from training import stopping
from training.jobs.inputs import DATA, RECIPE, RECIPE_FILE
from training.jobs.order import Order
from training.jobs.results import put_outcome
from training.outcome import FAILED, Outcome
from training.recipe import Recipe, read_recipe
from training.sagemaker.contract import ROOT, ROOT_VARIABLE, Contract, Folders
from training.stores import open_named
from training.train_recipe import Job, train_recipe
from training.voice import Log

GRACE_S = 90  # of the 120 before SIGKILL: a network has so long to come to the end of its epoch
OUTCOME = "outcome.json"


def main() -> int:
    """Train as the container is told; return the exit code."""
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGALRM, _stop_at_once)
    return train(Path(os.environ.get(ROOT_VARIABLE) or ROOT), os.environ)


def train(root: Path, environment: Mapping[str, str]) -> int:
    """Do what the files under a root say; return 0, the command's own exit code for a refusal, or a failure's."""
    folders, log = Folders.of(root, environment), Log()
    try:
        outcome = _trained(Contract.read(root, environment), log)
    except stopping.Stopped:
        log.progress("stopped by SIGTERM: the same job goes on from its checkpoints")
        return stopping.EXIT_CODE
    except Exception as error:
        traceback.print_exc()
        folders.tell_failure(_reason(error))
        return FAILED
    if wrong := [*outcome.failures, *outcome.refusals]:
        folders.tell_failure("; ".join(wrong))
        for line in wrong:
            print(f"error: {line}", file=sys.stderr)
    return outcome.exit_code


def _trained(contract: Contract, log: Log) -> Outcome:
    order = Order.from_texts(contract.hyperparameters)
    store = open_named(order.store, create=True)
    recipe = _recipe(contract)
    job = Job(
        recipe=recipe,
        models=recipe.chosen(order.models),
        on_bad_row=order.on_bad_row,
        promote=order.promote,
        checkpoints=contract.folders.checkpoints,
        made=contract.folders.checkpoints,
        trained_on={"job": contract.job, **({"arn": contract.arn} if contract.arn else {})},
    )
    outcome = train_recipe(job, store, log)
    contract.folders.model.mkdir(parents=True, exist_ok=True)
    (contract.folders.model / OUTCOME).write_bytes(outcome.to_json())
    put_outcome(store, contract.job, outcome)
    return outcome


def _reason(error: Exception) -> str:
    if isinstance(error, ModuleNotFoundError):
        return f"the image holds no {error.name}: networks want a stage whose training_image is neural"
    return str(error) or type(error).__name__


def _recipe(contract: Contract) -> Recipe:
    """Read the recipe; its data is what came with the job."""
    return read_recipe(contract.channel(RECIPE) / RECIPE_FILE).reading(contract.channel(DATA))


def _stop(*_: object) -> None:
    stopping.ask()
    signal.alarm(GRACE_S)


def _stop_at_once(*_: object) -> None:
    raise stopping.Stopped
