"""Versions and aliases in a store: which exist, which is served, and how that changes."""

import hashlib
from datetime import UTC, datetime
from typing import NamedTuple, Self

from warmstart.errors import (
    Conflict,
    KeyMissing,
    ManifestInvalid,
    NothingToRollBack,
    StoreError,
    StoreUnavailable,
    VersionMissing,
)
from warmstart.intents import PROMOTION, announced
from warmstart.manifest import MAX_BYTES, MODEL_NAME, SHA256, VERSION, Manifest, canonical_json, parse_json_object
from warmstart.store import Object, Store

CHAMPION = "champion"  # the alias that functions serve
MODELS = "models"
TOP_SERIAL = 2**53 - 1  # every reader of JSON knows it exactly; the time in microseconds reaches it in 2255


def version_prefix(model: str, version: str) -> str:
    """Return where a version's files lie."""
    return f"{MODELS}/{model}/versions/{version}"


def manifest_key(model: str, version: str) -> str:
    """Return where a version's manifest lies."""
    return f"{version_prefix(model, version)}/manifest.json"


def alias_key(model: str, alias: str) -> str:
    """Return where an alias lies."""
    return f"{MODELS}/{model}/aliases/{alias}.json"


def intents_folder(model: str) -> str:
    """Return where promotions, publications and sweeps of a model announce themselves."""
    return f"{MODELS}/{model}/intents"


class Alias(NamedTuple):
    """A name that points at one version of a model."""

    version: str
    manifest_sha256: str
    serial: int  # only ever grows, on a rollback too
    set_at: str
    reason: str
    previous: str | None  # the version it pointed at before

    @classmethod
    def from_json(cls, data: bytes) -> Self:
        """Parse and check; raise ManifestInvalid."""
        try:
            alias = cls(**parse_json_object(data, "alias"))
            versions = (alias.version, alias.previous or alias.version)
            good = all(VERSION.fullmatch(v) for v in versions) and SHA256.fullmatch(alias.manifest_sha256)
        except TypeError:
            good = None
        if not good or type(alias.serial) is not int or not 0 < alias.serial <= TOP_SERIAL:
            raise ManifestInvalid("not an alias")
        return alias

    def to_json(self) -> bytes:
        """Return canonical JSON."""
        return canonical_json(self._asdict())


class Stands(NamedTuple):
    """What stands under an alias: nothing, an alias, or what is none."""

    found: Object | None
    alias: Alias | None


def models(store: Store) -> list[str]:
    """Return the names of all models that have a version or an alias."""
    names = [name for name in store.folders(MODELS) if MODEL_NAME.fullmatch(name)]
    return [name for name in names if {"versions", "aliases"}.intersection(store.folders(f"{MODELS}/{name}"))]


def versions(store: Store, model: str) -> list[str]:
    """Return a model's committed versions, oldest first."""
    keys = store.keys(f"{MODELS}/{model}/versions")
    names = [key.split("/")[-2] for key in keys if key.endswith("/manifest.json")]
    return sorted(name for name in names if VERSION.fullmatch(name))


def read_manifest(store: Store, model: str, version: str) -> tuple[Manifest, str]:
    """Return a committed version's manifest and the SHA-256 of its bytes, or raise VersionMissing."""
    if not MODEL_NAME.fullmatch(model) or not VERSION.fullmatch(version):
        raise VersionMissing(f"no version {version[:40]!r} of a model {model[:64]!r}")
    try:
        data = store.get(manifest_key(model, version), limit=MAX_BYTES).data
    except KeyMissing:
        raise VersionMissing(f"no committed version {version} of {model}") from None
    return Manifest.from_json(data), hashlib.sha256(data).hexdigest()


def read_alias(store: Store, model: str, alias: str = CHAMPION) -> Alias | None:
    """Return an alias, or None where it was never set."""
    return _stands(store, model, alias).alias


def aliases(store: Store, model: str) -> dict[str, Alias]:
    """Return all aliases of a model by name; a file of another name is none."""
    keys = store.keys(f"{MODELS}/{model}/aliases")
    names = {key: key.rpartition("/")[2].removesuffix(".json") for key in keys}
    good = [name for key, name in names.items() if MODEL_NAME.fullmatch(name) and key == alias_key(model, name)]
    return {name: alias for name in good if (alias := read_alias(store, model, name))}


def absent_files(store: Store, manifest: Manifest) -> list[str]:
    """Return the names of a version's files that are not in the store."""
    prefix = version_prefix(manifest.model, manifest.version)
    there = set(store.keys(prefix))
    return sorted(name for name in manifest.files if f"{prefix}/{name}" not in there)


def promote(store: Store, model: str, version: str, *, reason: str, alias: str = CHAMPION, mend: bool = False) -> Alias:
    """Make an alias point at a committed version; one that points there already is left alone.

    Args:
        store: where both are.
        model: whose.
        version: the version.
        reason: kept in the alias.
        alias: its name.
        mend: write over an alias that cannot be read. What it named before is lost: there is nothing to roll back to,
            and the next sweep may take it.

    Raises:
        VersionMissing: there is none, or some of its files are gone.
        ManifestInvalid: what stands under the alias is none, and `mend` is not set.
        Conflict: somebody else moved the alias at the same time, or a sweep is deleting the version.
        StoreUnavailable: the store gave no good answer; the message says so where the alias may have been moved.
    """
    return _point(store, model, version, alias, _stands(store, model, alias, mend=mend), reason)


def promote_over(store: Store, model: str, version: str, seen: Alias | None, *, reason: str) -> Alias:
    """Promote a version in place of what was seen to be served; who moved the alias since then is not overwritten.

    Args:
        store: where both are.
        model: whose.
        version: the version.
        seen: what `read_alias` returned when this promotion was decided.
        reason: kept in the alias.

    Raises:
        Conflict: something else is served by now, or a sweep is deleting the version.
        ManifestInvalid, VersionMissing, StoreUnavailable: as promote does.
    """
    stands = _stands(store, model, CHAMPION)
    if stands.alias != seen:
        raise Conflict(f"{alias_key(model, CHAMPION)} was written by somebody else")
    return _point(store, model, version, CHAMPION, stands, reason)


def rollback(store: Store, model: str, *, reason: str, alias: str = CHAMPION) -> Alias:
    """Promote the version that the alias pointed at before.

    Raises:
        NothingToRollBack: it never pointed at another.
        ManifestInvalid, VersionMissing, Conflict, StoreUnavailable: as promote does.
    """
    stands = _stands(store, model, alias)
    if stands.alias is None:
        raise NothingToRollBack(f"{model} was never promoted")
    if stands.alias.previous is None:
        raise NothingToRollBack(f"{model}: {alias} has no previous version; promote names any other")
    return _point(store, model, stands.alias.previous, alias, stands, reason)


def _stands(store: Store, model: str, alias: str, *, mend: bool = False) -> Stands:
    """Read what stands under an alias; what is none counts as such only to who mends it."""
    if not MODEL_NAME.fullmatch(model) or not MODEL_NAME.fullmatch(alias):
        raise VersionMissing(f"no model {model[:64]!r} with an alias {alias[:64]!r}")
    try:
        found = store.get(alias_key(model, alias), limit=MAX_BYTES)
    except KeyMissing:
        return Stands(None, None)
    try:
        return Stands(found, Alias.from_json(found.data))
    except ManifestInvalid as error:
        if mend:
            return Stands(found, None)
        raise ManifestInvalid(f"{alias_key(model, alias)}: {error}") from None


def _point(store: Store, model: str, version: str, alias: str, stands: Stands, reason: str) -> Alias:
    """Move an alias on from what stands there; whoever moved it since then is not overwritten."""
    read_manifest(store, model, version)  # what does not exist is refused before anything is written
    if stands.alias and stands.alias.version == version:
        return stands.alias
    with announced(store, intents_folder(model), version, PROMOTION) as mine:
        mine.give_way()
        moved = Alias(
            version=version,
            manifest_sha256=_whole(store, model, version),
            serial=_next_serial(stands),
            set_at=_now().isoformat(timespec="seconds"),
            reason=reason,
            previous=stands.alias.version if stands.alias else None,
        )
        mine.confirm()
        _swap(store, alias_key(model, alias), moved.to_json(), stands.found)
    return moved


def _whole(store: Store, model: str, version: str) -> str:
    """Return the SHA-256 of the manifest of a version that has all its files, or raise VersionMissing."""
    manifest, digest = read_manifest(store, model, version)
    if absent := absent_files(store, manifest):
        raise VersionMissing(f"{version_prefix(model, version)}/{absent[0]} is gone: publish the version again")
    return digest


def _swap(store: Store, key: str, data: bytes, over: Object | None) -> None:
    """Write an alias over what stands there.

    A write that is tried again may meet itself, or have no answer: then the bytes that stand there tell.
    """
    try:
        if over is None:
            store.put_if_absent(key, data)
        else:
            store.replace(key, data, over.etag)
    except (Conflict, StoreUnavailable) as error:
        unknown = f"{error}; it may have been moved all the same: look at `warmstart models` before you try again"
        try:
            stands = store.get(key, limit=MAX_BYTES)
        except KeyMissing:
            stands = None
        except StoreError:
            raise StoreUnavailable(unknown) from error
        if stands and stands.data == data:
            return
        if isinstance(error, Conflict):
            raise
        if stands == over:
            raise StoreUnavailable(unknown) from error
        raise Conflict(f"{key} was written by somebody else") from None


def _next_serial(stands: Stands) -> int:
    """Return a serial above all that were given.

    Where these cannot be read it is the time in microseconds. Promotions count on from there, and each takes longer
    than one microsecond, so the next such time is above them too.
    """
    if stands.found is None:
        return 1
    serial = stands.alias.serial + 1 if stands.alias else int(_now().timestamp() * 1_000_000)
    if serial > TOP_SERIAL:
        raise ManifestInvalid(f"serial {serial} is too large, and no promotion made the one before: write a lower one")
    return serial


def _now() -> datetime:
    return datetime.now(UTC)
