"""Old versions go: never one that an alias names, nor one that a publisher may still be at work on."""

from datetime import UTC, datetime, timedelta

from warmstart.intents import SWEEP, announced
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
        ManifestInvalid: an alias cannot be read, and what it names is not known; nothing goes.
        Conflict: it stood still for too long; what is left can be swept by another.
    """
    limit = (now or datetime.now(UTC)) - timedelta(days=older_than_days)
    standing = [name for name in store.folders(f"{MODELS}/{model}/versions") if VERSION.fullmatch(name)]
    newest = set(versions(store, model)[-keep:] if keep else ())
    stays = newest | _named_by_aliases(store, model)
    old = [name for name in standing if name not in stays and _sealed_at(name) < limit]
    return old if dry_run else [name for name in old if _delete_version(store, model, name)]


def _delete_version(store: Store, model: str, version: str) -> bool:
    """Delete a version, unless somebody promotes or publishes it or has promoted it since it was chosen."""
    prefix = version_prefix(model, version)
    with announced(store, intents_folder(model), version, SWEEP) as mine:
        # the aliases after the rivals: a promotion takes its intent back when the alias names the version
        if mine.rivals or version in _named_by_aliases(store, model):
            return False
        manifest = manifest_key(model, version)  # goes first: from there on the version is not committed
        for key in sorted(store.keys(prefix), key=lambda key: key != manifest):
            mine.confirm()
            store.delete(key)
        mine.confirm()
        store.remove_folder(prefix)
    return True


def _named_by_aliases(store: Store, model: str) -> set[str]:
    return {name for alias in aliases(store, model).values() for name in (alias.version, alias.previous) if name}


def _sealed_at(version: str) -> datetime:
    try:
        return datetime.strptime(version[:16], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:  # no time that ever was: not ours to delete
        return datetime.max.replace(tzinfo=UTC)
