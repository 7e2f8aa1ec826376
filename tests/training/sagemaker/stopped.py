"""The container's program that is stopped while it runs: python -m ...stopped SIGNAL MOMENT WHICH.

MOMENT is a phase of a network and WHICH its epoch, as in `WHOLE 2`; or the model WHICH has just been `published`, or
lies whole in the store but for its `manifest`.
"""

import os
import signal
import sys
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from training.made import Made
from training.neural import learning
from training.neural.watch import Epoch, Watch
from training.sagemaker.entry import main
from warmstart.store import Store


def in_an_epoch(stop: Callable[[], None], phase: str, number: int) -> None:
    """Be stopped in an epoch, before it is kept."""

    def tell(_: Watch, now: str, curve: Sequence[Epoch], __: int) -> None:
        if now == phase and len(curve) == number:
            stop()

    Watch.tell = tell  # type: ignore[assignment,method-assign]


def once_published(stop: Callable[[], None], name: str) -> None:
    """Be stopped once a model is published."""
    add = Made.add

    def added(made: Made, model: str, told: Any) -> None:
        add(made, model, told)
        if model == name:
            stop()

    Made.add = added  # type: ignore[method-assign]


def before_the_manifest(stop: Callable[[], None], name: str) -> None:
    """Be stopped when a model's files are in the store, and nothing commits them yet."""
    put_if_absent = Store.put_if_absent

    def put(store: Store, key: str, data: bytes) -> None:
        if key.startswith(f"models/{name}/versions/") and key.endswith("/manifest.json"):
            stop()
        put_if_absent(store, key, data)

    Store.put_if_absent = put  # type: ignore[method-assign]


if __name__ == "__main__":
    kind, moment, which = sys.argv[1:]
    stopping = partial(os.kill, os.getpid(), getattr(signal, kind))
    if moment == "published":
        once_published(stopping, which)
    elif moment == "manifest":
        before_the_manifest(stopping, which)
    else:
        in_an_epoch(stopping, getattr(learning, moment), int(which))
    sys.exit(main())
