"""Promotions and sweeps of one model in tests, and the calls of a store that they are made of."""

from datetime import UTC, datetime

from warmstart.registry import alias_key, intents_folder, promote
from warmstart.store import Store
from warmstart.sweep import sweep

FOLDER = intents_folder("als")


def announces(operation: str, key: str) -> bool:
    """Whether an intent is written."""
    return operation == "put" and key.startswith(FOLDER)


def swaps(operation: str, key: str) -> bool:
    """Whether an alias is written."""
    return operation in {"put_if_absent", "replace"} and key == alias_key("als", "champion")


def deletes_manifest(operation: str, key: str) -> bool:
    """Whether a manifest goes."""
    return operation == "delete" and key.endswith("/manifest.json")


def swept(store: Store) -> list[str]:
    """Sweep everything that may go."""
    return sweep(store, "als", keep=0, older_than_days=0, dry_run=False, now=datetime(2026, 2, 1, tzinfo=UTC))


def promoted(store: Store, version: str) -> object:
    """Promote a version."""
    return promote(store, "als", version, reason="test")
