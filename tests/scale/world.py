"""A size of the made-up data, and what is done with it: the commands that a user would type, one after the other."""

import math
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from tests.scale.watched import Watched, watched
from training.stores import open_named
from warmstart.registry import promote, read_alias

WARMSTART = [sys.executable, "-c", "from training.cli.main import main; main()"]
MODELS = ("popular", "als", "item_knn")  # the first is also what the others fall back to
BATCHED = ("als", "item_knn")
PER_USER = 50  # interactions, on average
REFUSED = 3  # how `train --promote` ends where the gate said no
RECIPE = """name = "scale"

[data]
path = "data"
layout = "kion"
segments = ["age", "sex"]

[fold]
kind = "time"
days = 7
users = 50000

[models.popular]

[models.als]
factors = 64
regularization = 0.01
alpha = 0.4
iterations = 15

[models.item_knn]
"""


class Size(NamedTuple):
    """How much is made up: catalogues grow with the root of their public."""

    users: int

    @property
    def items(self) -> int:
        """Return 5,000 for 10,000 users and 50,000 for 1,000,000."""
        return round(50 * math.sqrt(self.users))

    @property
    def interactions(self) -> int:
        """Return how many there are."""
        return PER_USER * self.users


class World:
    """A folder with the data, the recipe and the store of one size."""

    def __init__(self, folder: Path, size: Size) -> None:
        self.folder, self.size = folder, size

    def steps(self) -> Iterator[tuple[str, Watched]]:
        """Take one step after the other, from nothing, and yield what each took."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        (self.folder / "scale.toml").write_text(RECIPE, encoding="utf8")
        yield "data synth", self._synth()
        yield "data check", self.command("data", "check", "scale.toml")
        for model in MODELS:
            yield f"train {model}", self._train(model)
        yield "serve", self._serve()
        for model in BATCHED:
            yield f"batch {model}", self.command("batch", model, "--store", "store")

    def command(self, *arguments: str, fine: tuple[int, ...] = (0,)) -> Watched:
        """Run `warmstart` in the folder until it ends; raise where it fails."""
        return watched([*WARMSTART, *arguments, "--json"], self.folder, fine)

    def _synth(self) -> Watched:
        counts = {"users": self.size.users, "items": self.size.items, "interactions": self.size.interactions}
        sizes = [part for name, count in counts.items() for part in (f"--{name}", str(count))]
        return self.command("data", "synth", *sizes, "--format", "parquet", "--to", "data")

    def _train(self, model: str) -> Watched:
        command = ("train", "--recipe", "scale.toml", "--models", model, "--store", "store", "--promote")
        done = self.command(*command, fine=(0, REFUSED))
        (told,) = done.said["trained"]
        assert told["failure"] is None, told
        store = open_named(str(self.folder / "store"))
        if told["refusal"] is not None and read_alias(store, model) is None:
            promote(store, model, told["version"], reason="to be served all the same")
        return done

    def _serve(self) -> Watched:
        return watched([sys.executable, "-m", "tests.scale.requests", "store", *MODELS], self.folder, (0,))


def described(size: Size, steps: dict[str, Watched]) -> dict[str, Any]:
    """Return what was measured of a size as plain values."""
    counts = {"users": size.users, "items": size.items, "interactions": size.interactions}
    return {**counts, "steps": {name: step.to_json() for name, step in steps.items()}}
