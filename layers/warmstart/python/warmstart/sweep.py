"""Old versions go: never one that an alias names, nor one that a publisher may still be at work on.

An old draft that is published again just while its version is deleted may be committed without its files: no promotion
takes such a version, and the next sweep does.
"""

from datetime import UTC, datetime, timedelta

from warmstart.intents import PROMOTION, SWEEP, announced, live, remove_dead
from warmstart.manifest import VERSION
from warmstart.registry import MODELS, aliases, intents_folder, manifest_key, version_prefix, versions
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

    Raises:
        Conflict: it stood still for too long; what is left can be swept by another.
    """
    limit = (now or datetime.now(UTC)) - timedelta(days=older_than_days)
    standing = [name for name in store.folders(f"{MODELS}/{model}/versions") if VERSION.fullmatch(name)]
    newest = set(versions(store, model)[-keep:]) if keep else set()
    old = [name for name in standing if name not in newest and _sealed_at(name) < limit]
    if not dry_run:
        remove_dead(store, intents_folder(model))
    gone = []
    for version in old:
        named = version in _named_by_aliases(store, model)
        if not named and (dry_run or _delete_version(store, model, version)):
            gone.append(version)
    return gone


def _delete_version(store: Store, model: str, version: str) -> bool:
    """Delete a version, unless somebody promotes it or has done so since it was chosen."""
    prefix = version_prefix(model, version)
    with announced(store, intents_folder(model), version, SWEEP) as mine:
        # in this order: a promotion takes its intent back when the alias names the version
        if live(store, intents_folder(model), version, PROMOTION) or version in _named_by_aliases(store, model):
            return False
        manifest = manifest_key(model, version)  # goes first: from there on the version is not committed
        for key in sorted(store.keys(prefix), key=lambda key: key != manifest):
            mine.confirm()
            store.delete(key)
        mine.confirm()
        store.remove_folder(prefix)
    return True


def _named_by_aliases(store: Store, model: str) -> set[str | None]:
    return {name for alias in aliases(store, model).values() for name in (alias.version, alias.previous)}


def _sealed_at(version: str) -> datetime:
    try:
        return datetime.strptime(version[:16], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:  # no time that ever was: not ours to delete
        return datetime.max.replace(tzinfo=UTC)
