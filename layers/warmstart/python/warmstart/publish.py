"""A sealed draft becomes a committed version; killed anywhere, readers see nothing and a rerun finishes."""

import hashlib
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from warmstart.errors import Conflict, ManifestInvalid, VersionMissing
from warmstart.intents import PUBLICATION, announced
from warmstart.manifest import Manifest
from warmstart.pull import pull
from warmstart.registry import absent_files, intents_folder, manifest_key, read_manifest, version_prefix
from warmstart.store import Store


def publish(store: Store, draft: Path, check: Callable[[Path, Manifest], None]) -> Manifest:
    """Upload a draft, read it back, try it, and commit it by writing its manifest last.

    Args:
        store: where to.
        draft: a folder that ArtifactWriter sealed.
        check: is given the folder of the files as they were read back, and raises where they cannot be served.

    Returns:
        The committed manifest; publishing the same draft again puts back the files that are gone, and else nothing.

    Raises:
        ManifestInvalid: the draft is not sealed.
        VersionMissing: a first stage that it was made of is not in the store.
        Corrupt: the store gave back other bytes than it was given.
        Conflict: another manifest stands under this version, or a sweep is deleting it or has just taken its files.
    """
    try:
        data = (draft / "manifest.json").read_bytes()
    except OSError:
        raise ManifestInvalid(f"{draft} holds no sealed draft") from None
    manifest = Manifest.from_json(data)
    stands = _committed(store, manifest) == hashlib.sha256(data).hexdigest()
    names = absent_files(store, manifest) if stands else sorted(manifest.files)
    if stands and not names:
        return manifest
    if not stands:
        _refuse_without_first_stages(store, manifest)
    for name in names:
        store.put(f"{version_prefix(manifest.model, manifest.version)}/{name}", draft / name)
    _try(store, manifest, check)
    _commit(store, manifest, data)
    return manifest


def _commit(store: Store, manifest: Manifest, data: bytes) -> None:
    """Write the manifest of a version that has all its files.

    It is announced only now, since an upload can outlive an intent: what a sweep took of it until now is seen here.
    """
    version = manifest.version
    with announced(store, intents_folder(manifest.model), version, PUBLICATION) as mine:
        mine.give_way()
        if absent_files(store, manifest):
            raise Conflict(f"a sweep has just deleted {version} of {manifest.model}: publish it again")
        mine.confirm()
        try:
            store.put_if_absent(manifest_key(manifest.model, version), data)
        except Conflict:
            if _committed(store, manifest) != hashlib.sha256(data).hexdigest():
                raise


def _refuse_without_first_stages(store: Store, manifest: Manifest) -> None:
    """Raise VersionMissing where what a version was made of cannot be looked at any more."""
    for model, version in manifest.first_stages.items():
        try:
            read_manifest(store, model, version)
        except VersionMissing:
            raise VersionMissing(
                f"{manifest.model} {manifest.version} was made of {model} {version}, which is not in the store: "
                "it was swept, or never published there; train it again"
            ) from None


def _committed(store: Store, manifest: Manifest) -> str | None:
    """Return the SHA-256 of the manifest that stands under this version, if one does."""
    try:
        return read_manifest(store, manifest.model, manifest.version)[1]
    except VersionMissing:
        return None


def _try(store: Store, manifest: Manifest, check: Callable[[Path, Manifest], None]) -> None:
    cache = Path(tempfile.mkdtemp(prefix="warmstart-publish-"))
    try:
        check(pull(store, manifest, cache), manifest)
    finally:
        shutil.rmtree(cache, ignore_errors=True)
