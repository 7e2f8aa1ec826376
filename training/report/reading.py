"""The JSON of an evaluation, read back and checked: it may come from anywhere."""

from collections.abc import Mapping
from typing import Any, TypedDict

import msgspec

from training.evaluation.result import SCHEMA, Evaluation, FoldInfo, ModelResult
from warmstart.errors import DataError

MAX_BYTES = 64 * 2**20
LARGEST = 1e12  # of a number: no plot's arithmetic overflows


class About(TypedDict):
    """What is said of one metric."""

    group: str
    better: str | None
    says: str


class Plan(TypedDict):
    """How the table was cut."""

    days: int | None
    last: int | None
    excluded: list[str]
    leaks_time: bool


FIELDS: Mapping[str, Any] = {
    "recipe": str,
    "dataset": dict[str, str],
    "seed": int,
    "plan": dict[str, Any],
    "ks": tuple[int, ...],
    "metrics": dict[str, dict[str, str | None]],
    "absent": dict[str, str],
    "failed": dict[str, str],
    "decides": str | None,
    "folds": tuple[FoldInfo, ...],
    "models": tuple[ModelResult, ...],
}


def evaluation_of(data: bytes) -> Evaluation:
    """Read what `warmstart evaluate --json` has printed.

    Raises:
        DataError: not JSON, not an evaluation, of another schema, or one that contradicts itself.
    """
    if len(data) > MAX_BYTES:
        raise DataError(f"over {MAX_BYTES // 2**20} MiB: that is no evaluation")
    try:
        value = msgspec.json.decode(data, type=dict[str, Any])
        if value.get("schema") != SCHEMA:
            raise DataError(f"an evaluation of schema {str(value.get('schema'))[:20]!r}; this code reads {SCHEMA}")
        fields = {name: msgspec.convert(value.get(name), kind) for name, kind in FIELDS.items()}
        msgspec.convert(fields["plan"], Plan)
        msgspec.convert(fields["metrics"], dict[str, About])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise DataError(f"not what `warmstart evaluate --json` prints: {error}") from error
    found = Evaluation(**fields, scores={})
    _check(found)
    return found


def _check(found: Evaluation) -> None:
    """Raise DataError where a table could not be drawn."""
    names = {f"{metric}@{k}" for metric in found.metrics for k in found.ks}
    if not found.ks or not found.folds or not found.models or not found.metrics:
        raise DataError("an evaluation without ks, metrics, folds or models")
    if len({model.name for model in found.models}) < len(found.models):
        raise DataError("two models of an evaluation have the same name")
    if found.decides is not None and found.decides not in names:
        raise DataError(f"{found.decides[:40]!r} decides, and was not measured")
    for model in found.models:
        lacking = sorted(names - set(model.metrics))
        if lacking:
            raise DataError(f"{model.name[:40]!r} has no {lacking[0][:40]}")
        _check_numbers(model, len(found.folds))


def _check_numbers(model: ModelResult, folds: int) -> None:
    for name, estimate in model.metrics.items():
        numbers = (estimate.mean, estimate.spread, estimate.low, estimate.high, *estimate.folds)
        if len(estimate.folds) != folds or any(abs(number) > LARGEST for number in numbers if number is not None):
            raise DataError(f"{model.name[:40]!r}: {name[:40]} is not one number for each fold")
    for segment in model.segments.values():
        if any(abs(number) > LARGEST for number in segment.metrics.values() if number is not None):
            raise DataError(f"{model.name[:40]!r}: a segment holds an impossible number")
