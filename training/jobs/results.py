"""Where a job leaves what became of it, for those who follow it, and what it goes on from."""

import json
from collections.abc import Mapping
from typing import Any

from training.outcome import Outcome
from training.voice import one_line
from warmstart.errors import DataError, KeyMissing
from warmstart.store import Store

JOBS = "training/jobs"
CHECKPOINTS = "training/checkpoints"
MOST_BYTES = 1 << 22
TOLD = 1024  # characters of a failure


def put_outcome(store: Store, job: str, outcome: Outcome) -> None:
    """Leave what became of models."""
    store.put(_key(job, "outcome.json"), outcome.to_json())


def find_outcome(store: Store, job: str) -> Outcome | None:
    """Return what a job has left of its models; None where it has not come so far."""
    found = _find(store, job, "outcome.json")
    try:
        return Outcome.from_json(found) if found is not None else None
    except DataError:
        return None


def put_lists(store: Store, job: str, told: Mapping[str, Any]) -> None:
    """Leave what `warmstart batch --json` tells."""
    store.put(_key(job, "lists.json"), json.dumps(told).encode())


def find_lists(store: Store, job: str) -> dict[str, Any] | None:
    """Return what a job has told of its lists; None where it has not come so far."""
    try:
        told = json.loads(_find(store, job, "lists.json") or b"null")
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) else None


def put_failure(store: Store, job: str, why: str) -> None:
    """Leave why nothing became of it, on one line."""
    store.put(_key(job, "failure.txt"), one_line(why)[:TOLD].encode())


def find_failure(store: Store, job: str) -> str | None:
    """Return why a job says it failed; None where it had no time to."""
    found = _find(store, job, "failure.txt")
    return found.decode(errors="replace") if found is not None else None


def _find(store: Store, job: str, name: str) -> bytes | None:
    try:
        return store.get(_key(job, name), limit=MOST_BYTES).data
    except KeyMissing:
        return None


def _key(job: str, name: str) -> str:
    return f"{JOBS}/{job}/{name}"
