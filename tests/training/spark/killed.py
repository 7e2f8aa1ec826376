"""A training on Spark that is killed while it fits a model: python -m ...killed RECIPE STORE."""

import os
import signal
import sys
from typing import Any

from training.cli.main import main
from training.spark import cut


def killed(*_: Any) -> None:
    """Take the place of a fit."""
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    cut.fit_als = killed  # type: ignore[assignment]
    recipe, store = sys.argv[1:]
    sys.argv = ["warmstart", "train", "--on", "spark", "--recipe", recipe, "--store", store]
    main()
