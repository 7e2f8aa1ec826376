"""An algorithm out of its name and settings, checked."""

import math
from collections.abc import Mapping
from dataclasses import fields
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

from training.algorithms import ALGORITHMS
from training.algorithms.base import Algorithm, Between
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
    types = get_type_hints(kind, include_extras=True)
    known = {field.name: types[field.name] for field in fields(kind) if field.init}  # type: ignore[arg-type]
    for name in settings:
        if name not in known:
            raise DataError(f"{where}: no setting {name!r}; {algorithm} has {', '.join(known) or 'none'}")
    return kind(**{name: _checked(value, known[name], f"{where}.{name}") for name, value in settings.items()})


def _checked(value: Any, kind: Any, where: str) -> Any:
    kind, bounds = get_args(kind) if get_origin(kind) is Annotated else (kind, None)
    if kind is int and (type(value) is not int or not 1 <= value <= MAX_WHOLE):
        raise DataError(f"{where} must be a whole number of at least 1, and at most {MAX_WHOLE:,}")
    if kind is float:
        return _number(value, bounds, where)
    if kind is bool and type(value) is not bool:
        raise DataError(f"{where} must be true or false")
    if get_origin(kind) is Literal and value not in get_args(kind):
        raise DataError(f"{where} must be one of {', '.join(get_args(kind))}")
    return value


def _number(value: Any, bounds: Between | None, where: str) -> float:
    number = type(value) in (int, float) and math.isfinite(value)
    if bounds is None and not (number and value > 0):
        raise DataError(f"{where} must be a number above 0")
    if bounds is not None and not (number and bounds.low <= value <= bounds.high):
        raise DataError(f"{where} must be a number from {bounds.low:g} to {bounds.high:g}")
    return float(value)
