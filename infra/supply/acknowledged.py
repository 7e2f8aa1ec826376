"""Known vulnerabilities that are left for a while, each with its reason and its last day."""

import tomllib
from datetime import date
from pathlib import Path
from typing import NamedTuple

from infra.supply.known import Vulnerability

LIST = Path(__file__).with_name("acknowledged.toml")
KEYS = {"name": str, "package": str, "reason": str, "until": date}


class Acknowledged(NamedTuple):
    """One entry of the list."""

    name: str
    package: str
    reason: str
    until: date  # the last day on which it is left

    def covers(self, found: Vulnerability, today: date) -> bool:
        """Whether it is this one that was found, and may still be left."""
        return self.package == found.package.name and self.name in found.names and today <= self.until


def read_acknowledged(path: Path = LIST) -> tuple[Acknowledged, ...]:
    """The list; ValueError names an entry that lacks a key or has another one."""
    try:
        listed = tomllib.loads(path.read_text("utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{path}: {error}") from None
    entries = listed.pop("vulnerability", [])
    if listed or not isinstance(entries, list):
        raise ValueError(f"{path}: holds nothing but [[vulnerability]], and here is {min(listed, default='another')}")
    return tuple(_read(path, entry) for entry in entries)


def _read(path: Path, entry: dict[str, object]) -> Acknowledged:
    wrong = entry.keys() ^ KEYS.keys() or {key for key, kind in KEYS.items() if type(entry[key]) is not kind}
    if wrong or not entry["reason"]:
        raise ValueError(f"{path}: {entry.get('name')}: {min(wrong, default='reason')}: wants {', '.join(KEYS)}")
    return Acknowledged(**entry)  # type: ignore[arg-type] # each was looked at
