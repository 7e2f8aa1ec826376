"""Everything that can go wrong, as one tree.

WarmstartError
├── SettingsError              the environment or a setting says something impossible
├── DataError                  a table or a recipe cannot be used; names file, line and column
├── StoreError                 the object store did not do what was asked
│   ├── KeyMissing             no object under this key
│   ├── AccessDenied           the store refuses, or hides that the key is missing
│   ├── Conflict               somebody else wrote first
│   └── StoreUnavailable       no good answer, also after retries
├── ArtifactError              a version that must not be served
│   ├── ManifestInvalid        not a manifest, or of an unknown format
│   ├── Corrupt                bytes are not what the manifest says
│   ├── Incompatible           right bytes, but not what the scorer reads
│   ├── TooLarge               more than this function's memory or disk
│   └── DiskUnusable           the local disk is full or cannot be written
├── RegistryError              versions and aliases do not allow it
│   ├── VersionMissing         no such committed version
│   ├── NothingToRollBack      the alias has no previous version
│   └── GateRefused            the measured metrics do not earn the promotion
├── RequestError               what a client asked has no answer; problems.py gives each its status
│   ├── BadRequest             not a request of this API at all
│   ├── Unauthorized           no good token came with it
│   ├── Forbidden              the token does not cover this model
│   ├── NotFound               no such path
│   ├── ModelNotFound          no such model
│   ├── UserNotFound           an id outside the id domain
│   ├── ItemNotFound           no such item
│   ├── SimilarNotSupported    the model has no similar items
│   ├── MethodNotAllowed       the path exists, with other methods
│   ├── BodyTooLarge           over the limit, not parsed
│   ├── UnsupportedMediaType   not application/json
│   └── Invalid                one or more fields are wrong
└── ModelUnavailable           no good version could be loaded
"""

from typing import NamedTuple


class WarmstartError(Exception):
    """Whatever this project raises on purpose."""


class SettingsError(WarmstartError):
    """The environment or a setting says something impossible."""


class DataError(WarmstartError):
    """A table or a recipe cannot be used; the message names file, line and column."""


class StoreError(WarmstartError):
    """The object store did not do what was asked."""


class KeyMissing(StoreError):
    """No object under this key."""


class AccessDenied(StoreError):
    """The store refuses, or hides that the key is missing."""


class Conflict(StoreError):
    """Somebody else wrote first."""


class StoreUnavailable(StoreError):
    """No good answer from the store, also after retries."""


class ArtifactError(WarmstartError):
    """A version that must not be served."""


class ManifestInvalid(ArtifactError):
    """Not a manifest, or of an unknown format."""


class Corrupt(ArtifactError):
    """Bytes are not what the manifest says."""


class Incompatible(ArtifactError):
    """Right bytes, but not what the scorer reads."""


class TooLarge(ArtifactError):
    """More than this function's memory or disk."""


class DiskUnusable(ArtifactError):
    """The local disk is full or cannot be written."""


class RegistryError(WarmstartError):
    """Versions and aliases do not allow it."""


class VersionMissing(RegistryError):
    """No such committed version."""


class NothingToRollBack(RegistryError):
    """The alias has no previous version."""


class GateRefused(RegistryError):
    """The measured metrics do not earn the promotion."""


class RequestError(WarmstartError):
    """What a client asked has no answer."""


class BadRequest(RequestError):
    """Not a request of this API at all."""


class Unauthorized(RequestError):
    """No good token came with the request."""


class Forbidden(RequestError):
    """The token does not cover this model."""


class NotFound(RequestError):
    """No such path."""


class ModelNotFound(RequestError):
    """No such model."""


class UserNotFound(RequestError):
    """A user id outside the id domain."""


class ItemNotFound(RequestError):
    """No such item."""


class SimilarNotSupported(RequestError):
    """The model has no similar items."""


class MethodNotAllowed(RequestError):
    """The path exists, with other methods."""

    def __init__(self, allow: tuple[str, ...]) -> None:
        super().__init__(", ".join(allow))
        self.allow = allow


class BodyTooLarge(RequestError):
    """A body over the limit, which is not parsed."""


class UnsupportedMediaType(RequestError):
    """A body that is not application/json."""


class FieldError(NamedTuple):
    """One wrong field of a request; the value itself is never kept."""

    key: str  # machine-readable kind, e.g. "greater_than_equal"
    message: str
    location: tuple[str | int, ...]  # e.g. ("body", "history", 3, "weight")


class Invalid(RequestError):
    """One or more fields are wrong."""

    def __init__(self, *fields: FieldError) -> None:
        super().__init__("; ".join(field.message for field in fields))
        self.fields = fields


class ModelUnavailable(WarmstartError):
    """No good version could be loaded."""
