"""One metric against another, a mark with its name for each model."""

from collections.abc import Mapping, Sequence

from training.evaluation.result import Estimate, ModelResult
from training.report.looks import Look
from training.report.numbers import number, short
from training.report.scale import Scale, spanning, spread, written
from training.report.svg import figure, line, mark, text
from training.visual.markup import Html, clipped

WIDTH, HEIGHT, ROW = 420.0, 300.0, 15.0
LEFT, RIGHT, TOP, BOTTOM = 52.0, 20.0, 26.0, 46.0
BESIDE = 9.0  # from a mark to its name
LETTER = 7.2  # no letter of a name is much wider


def scatter(across: str, up: str, models: Sequence[ModelResult], looks: Mapping[str, Look]) -> Html:
    """Draw models' means of two metrics, with their intervals."""
    shown = [model for model in models if None not in (model.metrics[across].mean, model.metrics[up].mean)]
    height = max(HEIGHT, TOP + BOTTOM + ROW * len(shown))
    x = spanning(_all(shown, across), LEFT, WIDTH - RIGHT)
    y = spanning(_all(shown, up), height - BOTTOM, TOP)
    said = (f"{clipped(m.name)}: {_number(m, across)} and {_number(m, up)}" for m in shown)
    marks = [part for model in shown for part in _model(model, (across, up), (x, y), looks[model.name])]
    says = f"{across} and {up} of each model. {'; '.join(said)}."
    names = _names(shown, (across, up), (x, y), looks)
    parts = (*_frame(x, y, across, up), *names, *marks)  # marks last: no name covers one
    return figure("scatter", f"{up} against {across}", says, (WIDTH, height), *parts)


def _all(models: Sequence[ModelResult], metric: str) -> list[float]:
    found = [model.metrics[metric] for model in models]
    return [value for estimate in found for value in (estimate.mean, *_ends(estimate)) if value is not None]


def _ends(estimate: Estimate) -> tuple[float, ...]:
    return () if estimate.low is None or estimate.high is None else (estimate.low, estimate.high)


def _number(model: ModelResult, metric: str) -> str:
    return f"{metric} {number(model.metrics[metric].mean, metric)}"


def _frame(x: Scale, y: Scale, across: str, up: str) -> list[Html]:
    parts = []
    for tick in y.ticks():
        parts.append(line((x.start, y.at(tick)), (x.end, y.at(tick)), "grid"))
        parts.append(text((x.start - 6, y.at(tick)), written(tick, y.ticks()), "tick", "end"))
    for tick in x.ticks():
        parts.append(line((x.at(tick), y.start), (x.at(tick), y.end), "grid"))
        parts.append(text((x.at(tick), y.start + 13), written(tick, x.ticks()), "tick", "middle"))
    says = (text((x.start, y.end - 14), f"↑ {up}", "axis"), text((x.end, y.start + 32), f"{across} →", "axis", "end"))
    return [*parts, *says]


def _model(model: ModelResult, metrics: tuple[str, str], scales: tuple[Scale, Scale], look: Look) -> list[Html]:
    across, up = (model.metrics[metric] for metric in metrics)
    x, y = _point(model, metrics, scales)
    parts = [mark((x, y), look, f"{clipped(model.name)}, {_number(model, metrics[0])}, {_number(model, metrics[1])}")]
    if ends := _ends(across):
        parts.insert(0, line((scales[0].at(ends[0]), y), (scales[0].at(ends[1]), y), f"whisker {look.colour}"))
    if ends := _ends(up):
        parts.insert(0, line((x, scales[1].at(ends[0])), (x, scales[1].at(ends[1])), f"whisker {look.colour}"))
    return parts


def _names(
    models: Sequence[ModelResult], metrics: tuple[str, str], scales: tuple[Scale, Scale], looks: Mapping[str, Look]
) -> list[Html]:
    """Write names to the right of their marks, or to the left where there is no room, and never over each other."""
    points = [_point(model, metrics, scales) for model in models]
    heights = spread([point[1] for point in points], ROW, scales[1].end, scales[1].start)
    parts = []
    for model, (x, y), height in zip(models, points, heights, strict=True):
        name = short(model.name)
        fits = x + BESIDE + LETTER * len(name) < WIDTH
        beside = x + BESIDE if fits else x - BESIDE
        if abs(height - y) > 1:
            parts.append(line((x, y), (beside, height), "leader"))
        parts.append(text((beside, height - 7), name, f"name {looks[model.name].colour}", "start" if fits else "end"))
    return parts


def _point(model: ModelResult, metrics: tuple[str, str], scales: tuple[Scale, Scale]) -> tuple[float, float]:
    across, up = (model.metrics[metric].mean or 0.0 for metric in metrics)
    return scales[0].at(across), scales[1].at(up)
