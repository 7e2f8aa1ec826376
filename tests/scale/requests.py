"""Serves a store and asks it: `python -m tests.scale.requests STORE MODEL ...`, in a process of its own."""

import json
import statistics
import sys
import time
from typing import Any

from training.local_api import Running, started
from training.stores import open_named

USERS = 200  # who are asked for, once each, of every model
TOGETHER = 50  # of them in one answer of /users


def main(folder: str, models: list[str]) -> None:
    """Time the start, the first answer of each model, and the answers to some users."""
    begun = time.perf_counter()
    api = started(open_named(folder), seconds=300)
    try:
        said: dict[str, Any] = {"started_s": _since(begun), "models": {}}
        users = _users(api)
        for model in models:
            first, *others = (_timed(api, model, user) for user in users)
            said["models"][model] = {"first_ms": first, "p50_ms": statistics.median(others), "requests": len(users)}
        print(json.dumps(said))
    finally:
        api.stop()


def _users(api: Running) -> list[int]:
    """Return some who have a history, drawn by the catalogue."""
    found: list[int] = []
    while len(found) < USERS:
        found += api.get(f"/users?limit={TOGETHER}")["users"]
    return found


def _timed(api: Running, model: str, user: int) -> float:
    """Return how many milliseconds an answer takes; it is of the model, for a user whom it knows."""
    begun = time.perf_counter()
    answer = api.get(f"/reco/{model}/{user}")
    took = 1000 * (time.perf_counter() - begun)
    assert len(answer["items"]) == 10, answer
    assert (answer["source"] == "model") == (model != "popular"), answer
    return round(took, 2)


def _since(begun: float) -> float:
    return round(time.perf_counter() - begun, 2)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
