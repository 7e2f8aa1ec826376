"""One table of a TOML file, read strictly: a wrong key, type or value names file and key."""

import math
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from warmstart.errors import DataError
from warmstart.manifest import MODEL_NAME

Setting = int | float | str | bool


class Section:
    """One TOML table being read: each get checks the type, `done` refuses keys that nobody asked for."""

    def __init__(self, file: Path, where: str, values: Mapping[str, Any]) -> None:
        self.file, self.where, self.values = file, where, values
        self._asked = set[str]()

    def error(self, key: str, what: str) -> DataError:
        """Make the error for one key."""
        return DataError(f"{self.file}, {'.'.join(filter(None, (self.where, key))) or 'top level'}: {what}")

    def done(self) -> None:
        """Refuse the keys that nobody asked for."""
        for key in self.values:
            if key not in self._asked:
                raise self.error(key, f"unknown key; there are {', '.join(sorted(self._asked))}")

    def section(self, key: str, default: Mapping[str, Any] | None = None) -> "Section":
        """Get a table inside this one."""
        values = self._get(key, dict, "a table", default)
        return Section(self.file, ".".join(filter(None, (self.where, key))), values)

    def text(self, key: str, default: str | None = None) -> str:
        """Get text that is not empty."""
        value: str = self._get(key, str, "text", default)
        if not value.strip() or "\0" in value:
            raise self.error(key, "must not be empty")
        return value

    def optional_text(self, key: str) -> str | None:
        """Get text, or nothing where the key is absent."""
        self._asked.add(key)
        return self.text(key) if key in self.values else None

    def name(self, key: str, default: str | None = None) -> str:
        """Get a name as artifacts and addresses bear it."""
        value = self.text(key, default)
        if not MODEL_NAME.fullmatch(value):
            raise self.error(key, "a name is a-z, 0-9, _ and -, at most 64 of them")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """Get a list of different names."""
        values: list[Any] = self._get(key, list, "a list", [])
        if not all(isinstance(value, str) and value for value in values) or len(set(values)) < len(values):
            raise self.error(key, "must be a list of different names")
        return tuple(values)

    def whole(self, key: str, low: int, high: int, default: int) -> int:
        """Get a whole number between two bounds."""
        value: int = self._get(key, int, "a whole number", default)
        if not low <= value <= high:
            raise self.error(key, f"must be between {low} and {high}")
        return value

    def positive(self, key: str) -> float | None:
        """Get a number over 0, or nothing where the key is absent."""
        if key not in self.values:
            self._asked.add(key)
            return None
        value = float(self._get(key, int | float, "a number", None))
        if not 0 < value < float("inf"):
            raise self.error(key, "must be over 0 and finite")
        return value

    def moment(self, key: str) -> int | None:
        """Get a TOML date or time as UTC epoch seconds, or nothing where the key is absent; a date is its midnight."""
        if key not in self.values:
            self._asked.add(key)
            return None
        value: date = self._get(key, date, "a date, or a date with a time, without quotes: 2026-11-30", None)
        moment = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day, tzinfo=UTC)
        return math.floor((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())

    def setting(self, key: str) -> Setting:
        """Get a setting of a model: a number, text, true or false."""
        value: Setting = self._get(key, int | float | str | bool, "a number, text, true or false", None)
        if isinstance(value, float) and not math.isfinite(value):
            raise self.error(key, "must be finite")
        return value

    def _get(self, key: str, kind: Any, called: str, default: Any) -> Any:
        self._asked.add(key)
        value = self.values.get(key, default)
        if value is None:
            raise self.error(key, "is missing")
        if not isinstance(value, kind) or (isinstance(value, bool) and kind in (int, int | float)):
            raise self.error(key, f"must be {called}")
        return value
