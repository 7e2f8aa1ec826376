"""What a Spark job is to do, as the one argument of its entry point: who orders it writes it, the driver reads it."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from training.batch_order import Order as Lists
from training.jobs.order import Order as Models
from warmstart.errors import SettingsError


@dataclass(frozen=True, kw_only=True)
class TrainOrder:
    """A training."""

    job: str  # the name under which it leaves what became of it
    inputs: str  # where in the store the recipe and the tables beside the interactions are
    interactions: str  # their address, as Spark reads it
    models: Models

    @property
    def store(self) -> str:
        """Return the store's URL."""
        return self.models.store

    def to_argument(self) -> str:
        """Write it down."""
        told = {"job": self.job, "inputs": self.inputs, "interactions": self.interactions}
        return json.dumps({"train": {**told, "models": self.models.to_texts()}})


@dataclass(frozen=True, kw_only=True)
class ListsOrder:
    """Lists for all users."""

    job: str
    store: str
    lists: Lists

    def to_argument(self) -> str:
        """Write it down."""
        return json.dumps({"batch": {"job": self.job, "store": self.store, "lists": asdict(self.lists)}})


def read_order(arguments: Sequence[str]) -> TrainOrder | ListsOrder:
    """Read the arguments of an entry point; SettingsError where they are no order."""
    try:
        (argument,) = arguments
        ((what, told),) = json.loads(argument).items()
        if what == "batch":
            return ListsOrder(**{**told, "lists": Lists(**told["lists"])})
        if what == "train":
            return TrainOrder(**{**told, "models": Models.from_texts(told["models"])})
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise SettingsError(f"the job's argument is no order: {error}") from None
    raise SettingsError(f"the job's argument is no order: {what[:64]!r} is neither train nor batch")
