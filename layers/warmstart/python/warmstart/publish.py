"""A sealed draft becomes a committed version; killed anywhere, readers see nothing and a rerun finishes."""

import hashlib
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from warmstart.errors import Conflict, ManifestInvalid, VersionMissing
from warmstart.manifest import Manifest
from warmstart.pull import pull
from warmstart.registry import manifest_key, read_manifest, version_prefix
from warmstart.store import Store


def publish(store: Store, draft: Path, check: Callable[[Path, Manifest], None]) -> Manifest:
    """Upload a draft, read it back, try it, and commit it by writing its manifest last.

    Args:
        store: where to.
        draft: a folder that ArtifactWriter sealed.
        check: is given the folder of the files as they were read back, and raises where they cannot be served.

    Returns:
        The committed manifest; publishing the same draft again changes nothing.

    Raises:
        ManifestInvalid: the draft is not sealed.
        Corrupt: the store gave back other bytes than it was given.
        Conflict: another manifest stands under this version.
    """
    try:
        data = (draft / "manifest.json").read_bytes()
    except OSError:
        raise ManifestInvalid(f"{draft} holds no sealed draft") from None
    manifest = Manifest.from_json(data)
    if _committed(store, manifest) == hashlib.sha256(data).hexdigest():
        return manifest
    for name in manifest.files:
        store.put(f"{version_prefix(manifest.model, manifest.version)}/{name}", draft / name)
    _try(store, manifest, check)
    try:
        store.put_if_absent(manifest_key(manifest.model, manifest.version), data)
    except Conflict:
        if _committed(store, manifest) != hashlib.sha256(data).hexdigest():
            raise
    return manifest


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
