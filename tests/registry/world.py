"""What a registry holds, read from its bare objects, and what must hold of it whatever was done."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from tests.registry.drafts import MODEL, Draft
from tests.registry.places import Files

VERSIONS = f"models/{MODEL}/versions/"
ALIASES = f"models/{MODEL}/aliases/"
INTENTS = f"models/{MODEL}/intents/"


class Violation(AssertionError):
    """Something happened that must not."""


class Pointer(NamedTuple):
    """What an alias says."""

    version: str
    sha: str
    serial: int
    previous: str | None


@dataclass(frozen=True, slots=True)
class World:
    """Committed versions with the hashes of their manifests, versions that left anything behind, aliases, intents."""

    committed: Mapping[str, str]
    folders: frozenset[str]
    aliases: Mapping[str, Pointer]
    intents: frozenset[str] = field(default=frozenset(), compare=False)  # version.kind.number

    def named(self) -> frozenset[str]:
        """Return the versions that an alias needs."""
        return frozenset(name for p in self.aliases.values() for name in (p.version, p.previous) if name)

    def moves(self, alias: str, version: str) -> bool:
        """Whether a promotion to a committed version changes anything."""
        return alias not in self.aliases or self.aliases[alias][:2] != (version, self.committed[version])

    def published(self, draft: Draft) -> "World":
        """Return what a publication makes of it."""
        version = draft.manifest.version
        committed = {version: sha256(draft.data), **self.committed}
        return replace(self, committed=committed, folders=self.folders | {version})

    def pointed(self, alias: str, version: str) -> "World":
        """Return what a promotion to a committed version makes of it."""
        before = self.aliases.get(alias)
        serial, previous = (before.serial + 1, before.version) if before else (1, None)
        after = Pointer(version, self.committed[version], serial, previous)
        return replace(self, aliases={**self.aliases, alias: after}) if self.moves(alias, version) else self

    def swept(self, gone: list[str]) -> "World":
        """Return it without some versions."""
        committed = {name: sha for name, sha in self.committed.items() if name not in gone}
        return replace(self, committed=committed, folders=self.folders - set(gone))

    def to_sweep(self, keep: int, days: float, now: datetime) -> list[str]:
        """Return what the rules give to a sweep, oldest first."""
        kept = set(sorted(self.committed, reverse=True)[:keep]) | self.named()
        return [name for name in sorted(self.folders - kept) if sealed(name) < now - timedelta(days=days)]


EMPTY = World({}, frozenset(), {})


def sealed(version: str) -> datetime:
    """Return when a version was sealed."""
    return datetime.strptime(version[:15], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)


def sha256(data: bytes) -> str:
    """Return the SHA-256 of bytes."""
    return hashlib.sha256(data).hexdigest()


def observe(files: Files) -> World:
    """Read a store's objects; raise Violation where a committed version is not whole or something is not ours."""
    whole = {key: data for key, data in files.items() if "#" not in key}  # what a killed writer of files leaves
    committed = {}
    for key, data in whole.items():
        if key.startswith(VERSIONS) and key.endswith("/manifest.json"):
            committed[key.split("/")[-2]] = _checked(key, data, whole)
        elif not key.startswith((VERSIONS, ALIASES, INTENTS)):
            raise Violation(f"{key} has no place in a registry")
    folders = frozenset(key.split("/")[3] for key in files if key.startswith(VERSIONS))
    aliases = {key.removeprefix(ALIASES)[:-5]: _pointer(d) for key, d in whole.items() if key.startswith(ALIASES)}
    return World(
        committed, folders, aliases, frozenset(key.removeprefix(INTENTS) for key in whole if key.startswith(INTENTS))
    )


def check_named(world: World) -> None:
    """Raise Violation unless every alias names what is committed."""
    for name, pointer in world.aliases.items():
        if pointer.sha != world.committed.get(pointer.version):
            raise Violation(f"{name} names {pointer.version}, which is not committed as it says")
        if pointer.previous and pointer.previous not in world.committed:
            raise Violation(f"{name} came from {pointer.previous}, which is gone")


def check_step(before: World, after: World, *, sweeps: bool) -> None:
    """Raise Violation unless one may follow the other."""
    check_named(after)
    for name, pointer in before.aliases.items():
        now = after.aliases.get(name)
        if now is None or now.serial < pointer.serial or (now.serial == pointer.serial and now != pointer):
            raise Violation(f"{name} went from {pointer} to {now}")
    for version, sha in before.committed.items():
        if not sweeps and after.committed.get(version) != sha:
            raise Violation(f"{version} was committed, and is gone or another")


def _checked(key: str, manifest: bytes, files: Files) -> str:
    """Return the hash of a manifest whose files are all there, to the byte."""
    for name, entry in json.loads(manifest)["files"].items():
        data = files.get(key.replace("manifest.json", name))
        if data is None or (len(data), sha256(data)) != (entry["bytes"], entry["sha256"]):
            raise Violation(f"{key} is committed, but {name} is {'missing' if data is None else 'not what it says'}")
    return sha256(manifest)


def _pointer(data: bytes) -> Pointer:
    raw: dict[str, Any] = json.loads(data)
    return Pointer(raw["version"], raw["manifest_sha256"], raw["serial"], raw["previous"])
