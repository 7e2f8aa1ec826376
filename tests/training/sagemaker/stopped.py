"""The container's program that is sent SIGTERM while it runs: python -m ...stopped WHERE.

WHERE is a phase of a network and its epoch, as `WHOLE:2`, or the name of a model that has just been published.
"""

import os
import signal
import sys
from collections.abc import Sequence
from typing import Any

from training.made import Made
from training.neural import learning
from training.neural.watch import Epoch, Watch
from training.sagemaker.entry import main


def stop() -> None:
    """Do what SageMaker does."""
    os.kill(os.getpid(), signal.SIGTERM)


def in_an_epoch(phase: str, number: int) -> None:
    """Be stopped in an epoch, before it is kept."""

    def tell(_: Watch, now: str, curve: Sequence[Epoch], __: int) -> None:
        if now == phase and len(curve) == number:
            stop()

    Watch.tell = tell  # type: ignore[assignment,method-assign]


def after_a_model(name: str) -> None:
    """Be stopped once a model is published."""
    add = Made.add

    def added(made: Made, model: str, told: Any) -> None:
        add(made, model, told)
        if model == name:
            stop()

    Made.add = added  # type: ignore[method-assign]


if __name__ == "__main__":
    where, _, epoch = sys.argv[1].partition(":")
    if epoch:
        in_an_epoch(getattr(learning, where), int(epoch))
    else:
        after_a_model(where)

    sys.exit(main())
