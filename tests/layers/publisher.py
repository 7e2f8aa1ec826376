"""A publisher in a process of its own that dies right after its n-th call of the store."""

import os
import sys
from itertools import count
from pathlib import Path

from tests.layers.artifacts import opens
from tests.layers.places import Place
from tests.layers.watched import Watched
from warmstart.publish import publish

KILLED = 9


def main(url: str, endpoint: str, draft: str, last: str) -> None:
    """Publish; leave without a word after so many calls."""
    calls = count(1)

    def die(operation: str, key: str) -> None:
        if next(calls) == int(last):
            os._exit(KILLED)

    publish(Watched(Place(url, endpoint or None).open(), after=die), Path(draft), opens)


if __name__ == "__main__":
    main(*sys.argv[1:])
