"""An algorithm out of its name and settings, checked."""

import math
from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Literal, get_args, get_origin, get_type_hints

from training.algorithms import ALGORITHMS
from training.algorithms.base import Algorithm
from warmstart.errors import DataError

MAX_WHOLE = 10**9  # more would not fit where libraries count with 32 bits


def build(algorithm: str, settings: Mapping[str, Any], *, where: str) -> Algorithm:
    """Return an unfitted algorithm.

    Args:
        algorithm: a name in ALGORITHMS.
        settings: its settings; those left out keep their defaults.
        where: what the settings belong to, for messages.

    Raises:
        DataError: no such algorithm or setting, or a value that it cannot have.
    """
    kind = ALGORITHMS.get(algorithm)
    if kind is None:
        raise DataError(f"{where}: no algorithm {algorithm!r}; there are {', '.join(ALGORITHMS)}")
    types = get_type_hints(kind)
    known = {field.name: types[field.name] for field in fields(kind) if field.init}  # type: ignore[arg-type]
    for name, value in settings.items():
        if name not in known:
            raise DataError(f"{where}: no setting {name!r}; {algorithm} has {', '.join(known) or 'none'}")
        _check(value, known[name], f"{where}.{name}")
    return kind(**{name: float(value) if known[name] is float else value for name, value in settings.items()})


def _check(value: Any, kind: Any, where: str) -> None:
    if kind is int and (type(value) is not int or not 1 <= value <= MAX_WHOLE):
        raise DataError(f"{where} must be a whole number of at least 1, and at most {MAX_WHOLE:,}")
    if kind is float and (type(value) not in (int, float) or not math.isfinite(value) or value <= 0):
        raise DataError(f"{where} must be a number above 0")
    if kind is bool and type(value) is not bool:
        raise DataError(f"{where} must be true or false")
    if get_origin(kind) is Literal and value not in get_args(kind):
        raise DataError(f"{where} must be one of {', '.join(get_args(kind))}")
