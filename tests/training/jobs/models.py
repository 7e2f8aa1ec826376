"""Holds a request to patterns, lengths and lists of values that botocore knows of a service, and does not check."""

import re
from collections.abc import Iterator
from typing import Any


def wrong(value: Any, shape: Any, where: str) -> Iterator[str]:
    """Say where patterns, lengths and lists of values are not kept, which botocore leaves to SageMaker."""
    rules = shape.metadata
    if shape.type_name == "structure":
        for name, part in value.items():
            yield from wrong(part, shape.members[name], f"{where}.{name}")
    elif shape.type_name == "list":
        for part in value:
            yield from wrong(part, shape.member, f"{where}[]")
    elif shape.type_name == "map":
        for key, part in value.items():
            yield from wrong(key, shape.key, f"{where} key")
            yield from wrong(part, shape.value, f"{where}.{key}")
    elif shape.type_name == "string":
        if len(value) > rules.get("max", len(value)) or not re.fullmatch(_python(rules.get("pattern", ".*")), value):
            yield f"{where}: {value}"
        if "enum" in rules and value not in rules["enum"]:
            yield f"{where}: {value}"


def _python(pattern: str) -> str:
    """Return a pattern with Java's classes as Python writes them, in ASCII."""
    for java, own in ((r"\p{L}", "a-zA-Z"), (r"\p{Z}", " "), (r"\p{N}", "0-9")):
        pattern = pattern.replace(java, own)
    return pattern
