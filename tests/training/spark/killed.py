"""A training on Spark that is killed while it fits a model: python -m ...killed HOW RECIPE STORE."""

import os
import signal
import sys
import threading
from typing import Any

from training.cli.main import main
from training.spark import cut
from training.spark.pairs import Pairs


def killed(*_: Any) -> None:
    """Take the place of a fit."""
    os.kill(os.getpid(), signal.SIGKILL)


def stopped(_: Any, pairs: Pairs, *__: Any) -> None:
    """Take its place, too, and wait for Spark when SIGTERM comes."""
    threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGTERM)).start()
    pairs.frame.sparkSession.range(10**12).selectExpr("sum(id * id % 7)").collect()


if __name__ == "__main__":
    how, recipe, store = sys.argv[1:]
    cut.fit_als = {"killed": killed, "stopped": stopped}[how]  # type: ignore[assignment]
    sys.argv = ["warmstart", "train", "--on", "spark", "--recipe", recipe, "--store", store]
    main()
