"""A recipe's text with other settings for one model; every other line stays as its author wrote it."""

import json
import re
import tomllib
from collections.abc import Mapping
from typing import Any

from warmstart.errors import DataError

_VALUE = r"""(?P<value>"(?:[^"\\]|\\.)*"|'[^']*'|[^#\s]+)"""
_EARLIER = re.compile(r"^tuned, was [^:]*(?:: )?")  # a tuned recipe may be tuned again


def rewritten(text: str, model: str, settings: Mapping[str, Any], defaults: Mapping[str, Any]) -> str:
    """Return the recipe with a model's settings in place of its own; what changes says what it was.

    Args:
        text: the recipe.
        model: whose section it is.
        settings: all of them, those that stay included.
        defaults: what a setting was that the section does not name.

    Raises:
        DataError: the section is written in a way that is not understood here.
    """
    lines = text.splitlines()
    start, end = _section(lines, model)
    missing = dict(settings)
    for index in range(start, end):
        for name in [*missing]:
            changed = _changed(lines[index], name, missing[name])
            if changed is not None:
                lines[index] = changed
                del missing[name]
                break
    while end > start and not lines[end - 1].strip():
        end -= 1
    lines[end:end] = [f"{name} = {_toml(value)}{_was(defaults.get(name), value)}" for name, value in missing.items()]
    result = "\n".join(lines) + "\n"
    _check(text, result, model, settings)
    return result


def _section(lines: list[str], model: str) -> tuple[int, int]:
    """Return the first line of a model's section and the line after its last."""
    header = re.compile(rf"""\s*\[\s*models\s*\.\s*["']?{re.escape(model)}["']?\s*\]\s*(#.*)?""")
    starts = [index + 1 for index, line in enumerate(lines) if header.fullmatch(line)]
    if len(starts) != 1:
        raise DataError(f"the model's settings must stand under a line [models.{model}], one a line, to be replaced")
    following = (index for index in range(starts[0], len(lines)) if lines[index].lstrip().startswith("["))
    return starts[0], next(following, len(lines))


def _changed(line: str, name: str, value: Any) -> str | None:
    """Return a line that sets a name with the new value, None where it sets another."""
    found = re.fullmatch(rf"(?P<set>\s*{re.escape(name)}\s*=\s*){_VALUE}\s*(?:#\s*(?P<comment>.*))?", line)
    if found is None:
        return None
    if _means(found["value"], value):
        return line
    comment = _EARLIER.sub("", found["comment"] or "")
    return f"{found['set']}{_toml(value)} # tuned, was {found['value']}{f': {comment}' if comment else ''}"


def _means(written: str, value: Any) -> bool:
    try:
        return bool(tomllib.loads(f"x = {written}")["x"] == value)
    except tomllib.TOMLDecodeError:
        return False


def _was(default: Any, value: Any) -> str:
    return "" if default is None or default == value else f" # tuned, was {_toml(default)}"


def _toml(value: Any) -> str:
    """Write a number, a text, true or false as TOML, which has them as JSON has."""
    return json.dumps(value, ensure_ascii=False)


def _check(before: str, after: str, model: str, settings: Mapping[str, Any]) -> None:
    expected = tomllib.loads(before)
    expected["models"][model] |= settings
    try:
        right = tomllib.loads(after) == expected
    except tomllib.TOMLDecodeError:
        right = False
    if not right:
        raise DataError(f"the settings under [models.{model}] must stand one a line, as name = value, to be replaced")
