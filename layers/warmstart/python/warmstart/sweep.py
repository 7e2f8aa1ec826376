"""Old versions go: never one that an alias names, nor one that a publisher may still be at work on."""

from datetime import UTC, datetime, timedelta

from warmstart.errors import Corrupt, KeyMissing
from warmstart.manifest import MAX_BYTES, VERSION
from warmstart.registry import MODELS, aliases, manifest_key, version_prefix, versions
from warmstart.store import Store


def sweep(
    store: Store, model: str, *, keep: int, older_than_days: float, dry_run: bool, now: datetime | None = None
) -> list[str]:
    """Delete old versions, committed or not.

    Args:
        store: where they are.
        model: whose versions.
        keep: how many of the newest committed versions stay in any case.
        older_than_days: a version younger than this stays; a publisher may still be at work on it.
        dry_run: only say what would go.
        now: the present, for tests.

    Returns:
        The versions that went, or would go; never one that any alias names as `version` or `previous`.
    """
    limit = (now or datetime.now(UTC)) - timedelta(days=older_than_days)
    named = [name for name in store.folders(f"{MODELS}/{model}/versions") if VERSION.fullmatch(name)]
    newest = set(versions(store, model)[-keep:]) if keep else set()
    old = [name for name in named if name not in newest and _sealed_at(name) < limit]
    gone = []
    for version in old:
        named_now = version in _named_by_aliases(store, model)  # read again before each deletion
        if not named_now and (dry_run or _delete_version(store, model, version)):
            gone.append(version)
    return gone


def _delete_version(store: Store, model: str, version: str) -> bool:
    """Delete a version, unless it is promoted meanwhile.

    A promotion reads its manifest after the swap, and undoes itself where the manifest has gone by then; one that
    read it before is seen here, and the manifest put back.
    """
    committed = _manifest_bytes(store, model, version)
    if committed is not None:
        store.delete(manifest_key(model, version))  # first: from here on it is not committed
    if version in _named_by_aliases(store, model):
        if committed is not None:  # else another sweep has it, and puts it back
            store.put_if_absent(manifest_key(model, version), committed)
        return False
    for key in store.keys(version_prefix(model, version)):
        store.delete(key)
    store.remove_folder(version_prefix(model, version))
    return True


def _manifest_bytes(store: Store, model: str, version: str) -> bytes | None:
    """Return what a promotion would read, or None where there is nothing that it would take."""
    try:
        return store.get(manifest_key(model, version), limit=MAX_BYTES).data
    except (KeyMissing, Corrupt):
        return None


def _named_by_aliases(store: Store, model: str) -> set[str | None]:
    return {name for alias in aliases(store, model).values() for name in (alias.version, alias.previous)}


def _sealed_at(version: str) -> datetime:
    try:
        return datetime.strptime(version[:16], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:  # no time that ever was: not ours to delete
        return datetime.max.replace(tzinfo=UTC)
