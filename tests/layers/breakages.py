"""All the ways in which an alias, a manifest or a file can be wrong, each as something to do to a store."""

import hashlib
import json
import pickle
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.layers.artifacts import Spec, publish_draft, write_draft
from warmstart.manifest import MAX_BYTES, FileEntry, Manifest, canonical_json
from warmstart.registry import alias_key, manifest_key, version_prefix
from warmstart.store import Store

HEADER = {"x": {"dtype": "F32", "shape": [2**40], "data_offsets": [0, 2**42]}}
Break = Callable[[Store, Manifest], None]  # the manifest is that of the version to break


def rewrite(store: Store, version: str, *, of: str = "als", **changed: Any) -> None:
    """Change the alias of a model without regard to its rules; its serial grows unless told otherwise."""
    key = alias_key(of, "champion")
    data = json.loads(store.get(key, limit=MAX_BYTES).data)
    store.put(key, canonical_json({**data, "serial": data["serial"] + 1, "version": version, **changed}))


def name_it(store: Store, manifest: Manifest, data: bytes) -> None:
    """Put other bytes under a manifest's key and let the alias name their hash."""
    store.put(_key(manifest), data)
    rewrite(store, manifest.version, of=manifest.model, manifest_sha256=hashlib.sha256(data).hexdigest())


def _key(manifest: Manifest) -> str:
    return manifest_key(manifest.model, manifest.version)


def _alias(manifest: Manifest) -> str:
    return alias_key(manifest.model, "champion")


def changed(**fields: Any) -> Break:
    """Change fields of the manifest, with the right hash in the alias."""
    return lambda store, m: name_it(store, m, canonical_json({**json.loads(m.to_json()), **fields}))


def holding(name: str, data: bytes) -> Break:
    """Put other bytes under a file's key, with the right size and hash in the manifest."""

    def put(store: Store, manifest: Manifest) -> None:
        store.put(f"{version_prefix(manifest.model, manifest.version)}/{name}", data)
        entry = FileEntry(len(data), hashlib.sha256(data).hexdigest())
        name_it(store, manifest, replace(manifest, files={**manifest.files, name: entry}).to_json())

    return put


def array(name: str, values: NDArray[Any]) -> Break:
    """Put one other array, as training would write it."""

    def put(store: Store, manifest: Manifest) -> None:
        with tempfile.TemporaryDirectory() as folder:
            write_draft(Path(folder), Spec(upward=False, arrays={name: values}))
            holding("arrays.safetensors", (Path(folder) / "arrays.safetensors").read_bytes())(store, manifest)

    return put


def header(entries: Any) -> bytes:
    """A safetensors file of nothing but a header."""
    text = json.dumps(entries).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text


def foreign(store: Store, manifest: Manifest) -> None:
    """Put a whole good version of another model in the place of this one's."""
    with tempfile.TemporaryDirectory() as folder:
        other = publish_draft(store, Path(folder), Spec(model="knn", segments=True))
    data = other.to_json()
    store.put(manifest_key(manifest.model, other.version), data)
    rewrite(store, other.version, of=manifest.model, manifest_sha256=hashlib.sha256(data).hexdigest())


BROKEN: dict[str, Break] = {
    "a whole version of another model": foreign,
    "alias is not JSON": lambda store, m: store.put(_alias(m), b"{"),
    "alias is a page": lambda store, m: store.put(_alias(m), b"<html>Sign in</html>"),
    "alias is huge": lambda store, m: store.put(_alias(m), b" " * (MAX_BYTES + 1)),
    "alias is gone": lambda store, m: store.delete(_alias(m)),
    "alias has an older serial": lambda store, m: rewrite(store, m.version, of=m.model, serial=1),
    "manifest is missing": lambda store, m: store.delete(_key(m)),
    "manifest has another hash": lambda store, m: rewrite(store, m.version, of=m.model, manifest_sha256="0" * 64),
    "manifest is another one's": lambda store, m: store.put(_key(m), store.get(_key(m), limit=MAX_BYTES).data + b" "),
    "manifest is not JSON": lambda store, m: name_it(store, m, b"{"),
    "manifest is a page": lambda store, m: name_it(store, m, b"<html>Sign in</html>"),
    "manifest is huge": lambda store, m: name_it(store, m, m.to_json() + b" " * MAX_BYTES),
    "manifest is nested": lambda store, m: name_it(store, m, b"[" * 100_000),
    "unknown format": changed(format=2),
    "another model": changed(model="knn"),
    "another version": changed(version="20260131T000000Z-0000000"),
    "another scorer": changed(scorer="neighbours"),
    "a metric of 400 digits": changed(metrics={"map@10": 10**400}),
    "a time that is none": changed(dataset={"time_range": ["", "yesterday"]}),
    "times that are none": changed(dataset={"time_range": 7}),
    "too large for the memory": changed(memory_bytes=2**40),
    "too large for the disk": changed(files={"arrays.safetensors": {"bytes": 2**40, "sha256": "0" * 64}}),
    "no arrays": changed(files={}),
    "a file is missing": lambda store, m: store.delete(f"{version_prefix(m.model, m.version)}/arrays.safetensors"),
    "wrong dtype": array("item_vectors", np.zeros((12, 2), np.float64)),
    "wrong shape": array("item_vectors", np.zeros((12, 3), np.float32)),
    "too few items in the order": array("fallback", np.zeros(3, np.int32)),
    "histories that do not fit": array("seen_indptr", np.zeros(7, np.int64)),
    "ids of no known type": array("item_ids", np.zeros(12, np.float32)),
    "NaN in the vectors": array("user_vectors", np.full((6, 2), np.nan, np.float32)),
    "infinity in a part that is not read": array("unused", np.array([np.inf], np.float32)),
    "a pickle": holding("arrays.safetensors", pickle.dumps({"item_vectors": [1.0] * 100})),
    "an empty file": holding("arrays.safetensors", b""),
    "a header of 2^40 floats": holding("arrays.safetensors", header(HEADER)),
    "a header that claims 2^63 bytes": holding("arrays.safetensors", (2**63).to_bytes(8, "little") + b"{}"),
    "a header with gaps": holding("arrays.safetensors", header({}) + b"12345678"),
}
