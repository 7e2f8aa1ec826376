"""A log line as the command prints it: text that cannot steer a terminal for people, JSON for programs."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from training.deployed.function_logs import Event

NOT_SHOWN = ("_aws", "level", "message", "time", "timestamp", "type")  # said before the others, or for CloudWatch only
LEVELS = 2  # of objects in objects that are written as a.b.c
INDENT = "\n    "


def line(event: Event, width: int = 0) -> str:
    """Return a log line with its time and its function, the latter as wide as the longest one's name."""
    return f"{moment(event.at)} {event.function.ljust(width)} {compact(event.message)}"


def moment(at: int) -> str:
    """Return milliseconds since 1970 as UTC."""
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def compact(message: str) -> str:
    """Return a message for people: JSON as `LEVEL message name=value`, further lines indented."""
    value = parsed(message)
    try:
        text = _fields(value) if isinstance(value, dict) else message
    except RecursionError:  # parsed, and too deep to be written again
        text = message
    return INDENT.join("".join(c if c.isprintable() else " " for c in part) for part in text.strip().splitlines())


def parsed(message: str) -> Any:
    """Return the object that a message is in JSON, or else the message without its last line break."""
    text = message.strip()
    if text.startswith("{"):
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            pass
    return text


def _fields(value: Mapping[str, Any]) -> str:
    said = [value.get("level"), value.get("message", value.get("type")), "METRIC" if "_aws" in value else None]
    rest = [f"{name}={_value(entry)}" for name, entry in _flat(value, LEVELS) if name not in NOT_SHOWN]
    return " ".join([*(str(part) for part in said if part), *rest])


def _flat(value: Mapping[str, Any], levels: int) -> Iterator[tuple[str, Any]]:
    """Yield `a.b` of {"a": {"b": ...}}; Lambda's own lines put what they say into a `record`."""
    for name, entry in value.items():
        if isinstance(entry, dict) and levels and name not in NOT_SHOWN:
            prefix = "" if name == "record" else f"{name}."
            yield from ((prefix + inner, deep) for inner, deep in _flat(entry, levels - 1))
        else:
            yield name, entry


def _value(value: Any) -> str:
    if isinstance(value, list) and all(isinstance(entry, str) for entry in value):
        return _value(",".join(value))
    if isinstance(value, str) and value and not any(c.isspace() or c in '"=' for c in value):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
