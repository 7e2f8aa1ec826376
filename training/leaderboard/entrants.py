"""Who takes part: names, addresses and models in a file; of a token only the variable that holds it."""

import ipaddress
import os
import re
from pathlib import Path

import httpx
import msgspec

from training.data.whole import write_whole
from warmstart.errors import SettingsError
from warmstart.manifest import MODEL_NAME

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
TOKEN = re.compile(r"[!-~]{1,1024}")  # what a header can hold


class Entrant(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One model behind one API."""

    name: str
    url: str
    model: str
    token_env: str  # the environment variable that holds the token

    def __post_init__(self) -> None:
        """Raise SettingsError where a field cannot be what it is called; no value is repeated, it may be a token."""
        if not NAME.fullmatch(self.name):
            raise SettingsError("an entrant's name is 1 to 64 letters, digits, dots, dashes and underscores")
        if not MODEL_NAME.fullmatch(self.model):
            raise SettingsError("a model's name is a-z, 0-9, _ and -, at most 64 of them")
        if not VARIABLE.fullmatch(self.token_env):
            raise SettingsError("the token's variable is named by letters, digits and underscores")
        _check_url(self.url)

    def token(self) -> str:
        """Return the token; raise SettingsError where the variable holds none."""
        token = os.environ.get(self.token_env)
        if token is None:
            raise SettingsError(f"{self.name}: the variable that should hold its token is not set")
        if not TOKEN.fullmatch(token):
            raise SettingsError(f"{self.name}: {self.token_env} holds no token, but blanks or what no header can hold")
        return token


class _Book(msgspec.Struct, forbid_unknown_fields=True):
    entrants: list[Entrant]


def read_entrants(path: Path) -> dict[str, Entrant]:
    """Return the entrants by name; none where there is no file yet."""
    try:
        book = msgspec.json.decode(path.read_bytes(), type=_Book)
    except FileNotFoundError:
        return {}
    except (OSError, msgspec.DecodeError, RecursionError, SettingsError) as error:
        raise SettingsError(f"{path} is not a file of entrants: {error}") from None
    return {entrant.name: entrant for entrant in book.entrants}


def add_entrant(path: Path, entrant: Entrant) -> bool:
    """Write an entrant down; return whether it takes the place of one of the same name."""
    known = read_entrants(path)
    replaced = entrant.name in known
    book = _Book(sorted((known | {entrant.name: entrant}).values(), key=lambda e: e.name))
    write_whole(path, msgspec.json.format(msgspec.json.encode(book)).decode() + "\n")
    return replaced


def chosen(path: Path, names: tuple[str, ...]) -> list[Entrant]:
    """Return the entrants of these names, all if there are no names; raise SettingsError where there is none."""
    known = read_entrants(path)
    if not known:
        raise SettingsError(f"{path} has no entrants: warmstart leaderboard register adds one")
    unknown = [name for name in names if name not in known]
    if unknown:
        raise SettingsError(f"{path} has no entrant {', '.join(unknown)}; it has {', '.join(known)}")
    return [known[name] for name in names or known]


def _check_url(url: str) -> None:
    try:
        parts = httpx.URL(url)
    except httpx.InvalidURL:
        raise SettingsError("the URL is none: it looks like https://host/stage") from None
    if parts.scheme not in ("http", "https") or not parts.host or parts.userinfo or parts.query or parts.fragment:
        raise SettingsError("the URL looks like https://host/stage, with no user, query or fragment in it")
    if parts.scheme == "http" and not _near(parts.host):
        raise SettingsError("over http everybody on the way can read the token: say https")


def _near(host: str) -> bool:
    """Whether a host is this machine or on its own network."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_private
    except ValueError:
        return False
