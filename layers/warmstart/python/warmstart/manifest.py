"""What a version says of itself: the artifact's schema."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from typing import Any, NamedTuple, Self

from warmstart.errors import ManifestInvalid

FORMAT = 1
MAX_METRIC = 1e300  # also keeps out NaN, infinities and integers that no float holds
MAX_BYTES = 2**20  # a manifest over this is refused unread
MODEL_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
ARRAYS = "arrays.safetensors"  # the file of an artifact that holds its arrays
CATALOGUE = "catalogue"  # the artifact of titles and histories; no model may have its name
VERSION = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{7}")
FILE_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}")
SHA256 = re.compile(r"[0-9a-f]{64}")


class FileEntry(NamedTuple):
    """Size in bytes and SHA-256 of one file."""

    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """One committed version of one model; written last, so its presence is the commit."""

    model: str
    family: str
    scorer: str  # which scorer reads it
    algorithm: str  # which algorithm made it
    version: str  # UTC at seal, and the first digits of the SHA-256 over the canonical JSON of `files`
    created_at: str  # ISO 8601, UTC
    git_commit: str | None  # of the folder that training ran in
    dataset: Mapping[str, Any]  # name, sha256, counts, time range
    params: Mapping[str, Any]
    seed: int
    id_bound: int | None  # largest user id with an answer; None where user ids are strings
    fallback: str  # what the order of the fallback is called in answers
    personal: bool = True  # whether it must beat popularity to be promoted
    metrics: Mapping[str, float] = field(default_factory=dict)
    measured_on: Mapping[str, Any] = field(default_factory=dict)  # fold, rows, draft hash, baselines, checks
    files: Mapping[str, FileEntry] = field(default_factory=dict)
    memory_bytes: int = 0  # resident when every page has been read
    first_stages: Mapping[str, str] = field(default_factory=dict)  # model -> version, of what it holds and ranks again
    trained_on: Mapping[str, str] = field(default_factory=dict)  # the job that made it; empty where none did
    format: int = FORMAT

    def to_json(self) -> bytes:
        """Return canonical JSON: the same manifest is always the same bytes."""
        files = {name: entry._asdict() for name, entry in self.files.items()}
        described = {**asdict(self), "files": files}
        for newer in ("first_stages", "trained_on"):  # who reads an older schema can read what needs no newer one
            if not described[newer]:
                del described[newer]
        return canonical_json(described)

    @property
    def total_bytes(self) -> int:
        """Return the size of all files together."""
        return sum(entry.bytes for entry in self.files.values())

    @classmethod
    def from_json(cls, data: bytes) -> Self:
        """Parse and check a manifest.

        Raises:
            ManifestInvalid: not JSON, not a manifest, or of a format that this code does not know.
        """
        raw = parse_json_object(data, "manifest")
        if raw.get("format") != FORMAT:
            raise ManifestInvalid(f"manifest of format {str(raw.get('format'))[:20]!r}; this code reads {FORMAT}")
        try:
            raw["files"] = {name: FileEntry(**entry) for name, entry in raw["files"].items()}
            manifest = cls(**raw)
        except (TypeError, KeyError, AttributeError) as error:
            raise ManifestInvalid(f"not a manifest: {error}") from None
        _check(manifest)
        return manifest


def canonical_json(value: Any) -> bytes:
    """Return JSON with sorted keys and no spaces."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def parse_json_object(data: bytes, what: str) -> dict[str, Any]:
    """Parse small JSON that must be an object; anything else is ManifestInvalid."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        raise ManifestInvalid(f"{what} is not JSON") from None
    if not isinstance(value, dict):
        raise ManifestInvalid(f"{what} is not a JSON object")
    return value


def version_name(created_at: str, files: Mapping[str, FileEntry]) -> str:
    """Name a version by time and content; `created_at` is ISO 8601 to the second, UTC."""
    digest = hashlib.sha256(canonical_json({name: entry._asdict() for name, entry in files.items()})).hexdigest()
    return f"{created_at.replace('-', '').replace(':', '').removesuffix('+0000')[:15]}Z-{digest[:7]}"


def last_event_of(about: Mapping[str, Any]) -> float | None:
    """Return when the `time_range` of a data set ends, in UTC epoch seconds; None where times are not known."""
    end = about.get("time_range", [None, None])[1]
    return datetime.fromisoformat(end).timestamp() if end else None


def _check(manifest: Manifest) -> None:
    texts = {f.name: getattr(manifest, f.name) for f in fields(manifest) if f.type is str}
    wrong = [name for name, value in texts.items() if not isinstance(value, str)]
    wrong += [
        name
        for name in ("dataset", "params", "metrics", "measured_on", "first_stages", "trained_on")
        if not isinstance(getattr(manifest, name), dict)
    ]
    if wrong:
        raise ManifestInvalid(f"manifest: {', '.join(wrong)} of the wrong type")
    if not MODEL_NAME.fullmatch(manifest.model) or not VERSION.fullmatch(manifest.version):
        raise ManifestInvalid("manifest: not a model and version name")
    for model, version in manifest.first_stages.items():
        if not MODEL_NAME.fullmatch(model) or not isinstance(version, str) or not VERSION.fullmatch(version):
            raise ManifestInvalid("manifest: a first stage is not a model and version name")
    if not all(isinstance(text, str) for pair in manifest.trained_on.items() for text in pair):
        raise ManifestInvalid("manifest: trained_on holds something else than texts")
    _check_numbers(manifest)
    _check_files(manifest.files)


def _check_numbers(manifest: Manifest) -> None:
    counts = (manifest.memory_bytes, manifest.seed, 0 if manifest.id_bound is None else manifest.id_bound)
    if not all(type(n) is int and 0 <= n < 2**63 for n in counts):
        raise ManifestInvalid("manifest: memory_bytes, seed or id_bound is no count")
    if not all(type(value) in (int, float) and abs(value) <= MAX_METRIC for value in manifest.metrics.values()):
        raise ManifestInvalid("manifest: a metric is not a number")


def _check_files(files: Mapping[str, FileEntry]) -> None:
    for name, entry in files.items():
        if not FILE_NAME.fullmatch(name) or name == "manifest.json":
            raise ManifestInvalid("manifest: a file has an impossible name")
        if type(entry.bytes) is not int or not 0 <= entry.bytes < 2**50:
            raise ManifestInvalid(f"manifest: {name} has an impossible size")
        if not isinstance(entry.sha256, str) or not SHA256.fullmatch(entry.sha256):
            raise ManifestInvalid(f"manifest: {name} has no SHA-256")
