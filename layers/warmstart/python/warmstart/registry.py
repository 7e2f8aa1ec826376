"""Versions and aliases in a store: which exist, which is served, and how that changes."""

import hashlib
from datetime import UTC, datetime
from typing import NamedTuple, Self

from warmstart.errors import Conflict, KeyMissing, ManifestInvalid, NothingToRollBack, VersionMissing
from warmstart.intents import PROMOTION, SWEEP, announced, live
from warmstart.manifest import MAX_BYTES, MODEL_NAME, SHA256, VERSION, Manifest, canonical_json, parse_json_object
from warmstart.store import Object, Store

CHAMPION = "champion"  # the alias that functions serve
MODELS = "models"


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
    """Return where promotions and sweeps of a model announce themselves."""
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
        if not good or type(alias.serial) is not int or not 0 < alias.serial < 2**63:
            raise ManifestInvalid("not an alias")
        return alias

    def to_json(self) -> bytes:
        """Return canonical JSON."""
        return canonical_json(self._asdict())


def models(store: Store) -> list[str]:
    """Return the names of all models in a store."""
    return [name for name in store.folders(MODELS) if MODEL_NAME.fullmatch(name)]


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
    return _parsed(_alias_object(store, model, alias), model, alias)


def aliases(store: Store, model: str) -> dict[str, Alias]:
    """Return all aliases of a model by name."""
    keys = store.keys(f"{MODELS}/{model}/aliases")
    names = [key.rpartition("/")[2].removesuffix(".json") for key in keys]
    return {name: alias for name in names if (alias := read_alias(store, model, name))}


def promote(store: Store, model: str, version: str, *, reason: str, alias: str = CHAMPION, mend: bool = False) -> Alias:
    """Make an alias point at a committed version; one that points there already is left alone.

    Args:
        store: where both are.
        model: whose.
        version: the version.
        reason: kept in the alias.
        alias: its name.
        mend: write over an alias that cannot be read; its serial is then the time, above all that were counted.

    Raises:
        VersionMissing: there is none, or a sweep has taken some of its files.
        ManifestInvalid: what stands under the alias is none, and `mend` is not set.
        Conflict: somebody else moved the alias at the same time, or a sweep is deleting the version.
    """
    found = _alias_object(store, model, alias)
    try:
        current = _parsed(found, model, alias)
    except ManifestInvalid:
        if not mend:
            raise
        current = None
    return _point(store, model, version, alias, (found, current), reason)


def rollback(store: Store, model: str, *, reason: str, alias: str = CHAMPION) -> Alias:
    """Promote the version that the alias pointed at before.

    Raises:
        NothingToRollBack: it never pointed at another.
        VersionMissing, Conflict: as promote does.
    """
    found = _alias_object(store, model, alias)
    current = _parsed(found, model, alias)
    if current is None:
        raise NothingToRollBack(f"{model} was never promoted")
    if current.previous is None:
        raise NothingToRollBack(f"{model}: {alias} has no previous version")
    return _point(store, model, current.previous, alias, (found, current), reason)


def _parsed(found: Object | None, model: str, alias: str) -> Alias | None:
    """Read what was found under an alias; the error names the key."""
    if found is None:
        return None
    try:
        return Alias.from_json(found.data)
    except ManifestInvalid as error:
        raise ManifestInvalid(f"{alias_key(model, alias)}: {error}") from None


def _point(
    store: Store, model: str, version: str, alias: str, stands: tuple[Object | None, Alias | None], reason: str
) -> Alias:
    """Move an alias on from what stands there; whoever moved it since then is not overwritten."""
    found, current = stands
    read_manifest(store, model, version)
    if current and current.version == version:
        return current
    with announced(store, intents_folder(model), version, PROMOTION) as mine:
        if sweeps := live(store, intents_folder(model), version, SWEEP):
            until = max(sweep.dies() for sweep in sweeps)
            raise Conflict(f"a sweep is deleting {version} of {model}; if it died, promote again after {until}")
        promoted = Alias(
            version=version,
            manifest_sha256=_whole(store, model, version),
            serial=_next_serial(found, current),
            set_at=_now(),
            reason=reason,
            previous=current.version if current else None,
        )
        mine.confirm()
        _write_alias(store, model, alias, promoted, found)
    return promoted


def _whole(store: Store, model: str, version: str) -> str:
    """Return the SHA-256 of the manifest of a version that has all its files, or raise VersionMissing.

    One that was published again while a sweep deleted it may lack some.
    """
    manifest, digest = read_manifest(store, model, version)
    prefix = version_prefix(model, version)
    if absent := {f"{prefix}/{name}" for name in manifest.files}.difference(store.keys(prefix)):
        raise VersionMissing(f"{min(absent)} is gone: sweep {version} and publish it again")
    return digest


def _alias_object(store: Store, model: str, alias: str) -> Object | None:
    if not MODEL_NAME.fullmatch(model) or not MODEL_NAME.fullmatch(alias):
        raise VersionMissing(f"no model {model[:64]!r} with an alias {alias[:64]!r}")
    try:
        return store.get(alias_key(model, alias), limit=MAX_BYTES)
    except KeyMissing:
        return None


def _write_alias(store: Store, model: str, alias: str, value: Alias, over: Object | None) -> None:
    key = alias_key(model, alias)
    if over is None:
        store.put_if_absent(key, value.to_json())
    else:
        store.replace(key, value.to_json(), over.etag)


def _next_serial(found: Object | None, current: Alias | None) -> int:
    """Return a serial above all that were given; where what stands there cannot be read, that is the time."""
    if current:
        return current.serial + 1
    return int(datetime.now(UTC).timestamp()) if found else 1


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
