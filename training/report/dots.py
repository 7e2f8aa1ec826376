"""One kind of users in a panel, a row for each model."""

from collections.abc import Mapping, Sequence

from training.evaluation.result import ModelResult
from training.report.looks import Look
from training.report.numbers import number, short
from training.report.scale import Scale, spanning
from training.report.svg import figure, line, mark, text
from training.visual.markup import Html, clipped

WIDTH, LEFT, RIGHT = 380.0, 122.0, 60.0
TOP, ROW = 6.0, 20.0


def panels(metric: str, models: Sequence[ModelResult], looks: Mapping[str, Look]) -> list[Html]:
    """Draw a panel for each segment, all on one scale."""
    names = segments_of(models)
    found = [segment.metrics.get(metric) for model in models for segment in model.segments.values()]
    scale = spanning([0.0, *(value for value in found if value is not None)], LEFT, WIDTH - RIGHT)
    return [_panel(f"segment-{n}", name, metric, models, looks, scale) for n, name in enumerate(names, 1)]


def segments_of(models: Sequence[ModelResult]) -> list[str]:
    """Return the names of all segments, in their order."""
    return [*dict.fromkeys(name for model in models for name in model.segments)]


def users_of(models: Sequence[ModelResult], segment: str) -> int:
    """Count a segment's users."""
    return max(model.segments[segment].users for model in models if segment in model.segments)


def value_of(model: ModelResult, segment: str, metric: str) -> float | None:
    """Return a model's mean over a segment's users."""
    return model.segments[segment].metrics.get(metric) if segment in model.segments else None


def _panel(
    place: str, segment: str, metric: str, models: Sequence[ModelResult], looks: Mapping[str, Look], scale: Scale
) -> Html:
    values = [value_of(model, segment, metric) for model in models]
    rows = [
        part
        for n, (model, value) in enumerate(zip(models, values, strict=True))
        for part in _row(model.name, value, metric, looks[model.name], scale, TOP + ROW * (n + 0.5))
    ]
    said = (f"{clipped(model.name)} {number(value, metric)}" for model, value in zip(models, values, strict=True))
    users = users_of(models, segment)
    title = f"{clipped(segment)}: {users:,} user{'s' * (users != 1)}"
    return figure(place, title, f"{metric}: {', '.join(said)}.", (WIDTH, 2 * TOP + ROW * len(models)), *rows)


def _row(name: str, value: float | None, metric: str, look: Look, scale: Scale, height: float) -> list[Html]:
    parts = [
        text((LEFT - 10, height), short(name), f"name {look.colour}", "end"),
        line((LEFT, height), (WIDTH - RIGHT, height), "grid"),
        text((WIDTH - RIGHT + 10, height), number(value, metric), "value"),
    ]
    if value is None:
        return parts
    stem = line((scale.at(0.0), height), (scale.at(value), height), f"stem {look.colour}")
    return [*parts, stem, mark((scale.at(value), height), look, f"{clipped(name)}, {number(value, metric)}")]
