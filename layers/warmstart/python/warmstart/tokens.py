"""Bearer tokens: made once, kept only as SHA-256, compared in constant time."""

import hashlib
import hmac
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any, Self

from warmstart.errors import ManifestInvalid, Unauthorized
from warmstart.grant import ALL_MODELS
from warmstart.manifest import MODEL_NAME, SHA256, canonical_json, parse_json_object

TOKENS_KEY = "auth/tokens.json"
MAX_BYTES = 4 * 2**20  # of the file that holds them all
MAX_HEADER = 512  # characters of an Authorization header that are worth looking at
USAGE_KEY = re.compile(r"[!-~]{20,128}")  # an API key, as API Gateway has them


@dataclass(frozen=True, slots=True)
class Token:
    """What is kept of a token."""

    name: str
    sha256: str
    created_at: str  # ISO 8601, UTC
    expires_at: str | None
    models: tuple[str, ...]  # the allowed ones, or ("*",)
    plan: str
    usage_key: str | None = field(default=None, repr=False)  # of a deployed stage: counts its calls, opens nothing

    def expired(self, now: datetime) -> bool:
        """Return whether it is too old."""
        return self.expires_at is not None and datetime.fromisoformat(self.expires_at) <= now


@dataclass(frozen=True, slots=True)
class TokenBook:
    """All tokens of a stage."""

    tokens: tuple[Token, ...] = ()

    @classmethod
    def from_json(cls, data: bytes) -> Self:
        """Parse and check; raise ManifestInvalid."""
        try:
            raw = parse_json_object(data, "token book")["tokens"]
            tokens = tuple(Token(**{**entry, "models": tuple(entry["models"])}) for entry in raw)
            good = all(isinstance(entry["models"], list) for entry in raw) and all(
                SHA256.fullmatch(token.sha256) and _sound(token) for token in tokens
            )
        except (TypeError, KeyError, ValueError, AttributeError):
            good = False
        if not good:
            raise ManifestInvalid("not a token book")
        return cls(tokens)

    def to_json(self) -> bytes:
        """Return canonical JSON."""
        return canonical_json({"tokens": [_entry(token) for token in self.tokens]})

    def find(self, header: str, now: datetime) -> Token:
        """Return the token that an Authorization header names.

        Every entry is compared, in constant time, whether or not one fits.

        Raises:
            Unauthorized: another scheme, no such token, or one that has expired.
        """
        scheme, _, secret = header.partition(" ")
        if len(header) > MAX_HEADER or scheme.lower() != "bearer" or not secret.isascii() or not secret.isprintable():
            raise Unauthorized
        digest = sha256_of(secret)
        fitting = [token for token in self.tokens if hmac.compare_digest(token.sha256, digest)]
        if not fitting or fitting[0].expired(now):
            raise Unauthorized
        return fitting[0]


def create(name: str, *, models: Iterable[str], plan: str, expires_at: datetime | None) -> tuple[str, Token]:
    """Make a token of 256 random bits.

    Returns:
        The secret, which is shown once and kept nowhere, and what is kept.
    """
    import secrets  # noqa: PLC0415 who only checks tokens starts without it

    secret = secrets.token_urlsafe(32)
    return secret, Token(
        name=name,
        sha256=sha256_of(secret),
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        expires_at=expires_at.isoformat(timespec="seconds") if expires_at else None,
        models=tuple(models),
        plan=plan,
    )


def sha256_of(secret: str) -> str:
    """Return what is kept of a secret; its 256 random bits need no salt and no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _entry(token: Token) -> dict[str, Any]:
    """Leave out the key where there is none: older functions refuse a book with a field that they do not know."""
    entry = asdict(token)
    return {name: value for name, value in entry.items() if name != "usage_key" or value is not None}


def _sound(token: Token) -> bool:
    expires = token.expires_at is None or datetime.fromisoformat(token.expires_at).tzinfo is not None
    models = all(model == ALL_MODELS or MODEL_NAME.fullmatch(model) for model in token.models)
    key = token.usage_key is None or USAGE_KEY.fullmatch(token.usage_key)
    return bool(key) and expires and models and isinstance(token.name, str) and isinstance(token.plan, str)
