"""Where a job leaves what became of it, for those who follow it."""

from training.outcome import Outcome
from warmstart.errors import DataError, KeyMissing
from warmstart.store import Store

JOBS = "training/jobs"
MOST_BYTES = 1 << 22


def put_outcome(store: Store, job: str, outcome: Outcome) -> None:
    """Leave it."""
    store.put(_key(job), outcome.to_json())


def find_outcome(store: Store, job: str) -> Outcome | None:
    """Return what a job has left; None where it has not come so far."""
    try:
        return Outcome.from_json(store.get(_key(job), limit=MOST_BYTES).data)
    except (KeyMissing, DataError):
        return None


def _key(job: str) -> str:
    return f"{JOBS}/{job}/outcome.json"
