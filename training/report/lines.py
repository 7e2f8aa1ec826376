"""Lines over k or over folds, each with its model's name at its end."""

from collections.abc import Sequence
from dataclasses import dataclass

from training.report.looks import Look
from training.report.numbers import number, short
from training.report.scale import Scale, spanning, spread, written
from training.report.svg import band, figure, line, mark, polyline, text
from training.visual.markup import Html, clipped

WIDTH, LEFT, RIGHT = 380.0, 46.0, 118.0
TOP, BOTTOM, ROW = 10.0, 30.0, 14.0
LEAST = 170.0  # height of the part with the lines
APART = 24.0  # of the words under the axis
ASIDE, FARTHEST = 2.5, 12.0  # of models at the same place, so that their intervals can be told apart
Point = tuple[float, float]


@dataclass(frozen=True)
class Series:
    """One model's values at each place, with intervals where there are any."""

    name: str
    look: Look
    values: Sequence[float | None]
    bounds: Sequence[tuple[float, float] | None]


@dataclass(frozen=True)
class Axis:
    """What the places are, where they stand, what they are called, and which have a ground of their own."""

    says: str
    places: Sequence[float]
    names: Sequence[str]
    grounds: Sequence[bool]


@dataclass(frozen=True)
class Plot:
    """Both scales."""

    along: Scale
    up: Scale

    def points(self, own: Series, axis: Axis, aside: float) -> list[Point]:
        """Return where a model's values stand."""
        pairs = zip(axis.places, own.values, strict=True)
        return [(self.along.at(place) + aside, self.up.at(value)) for place, value in pairs if value is not None]


def lines(
    place: str, metric: str, axis: Axis, series: Sequence[Series], *, caption: str = "", beside: Sequence[float] = ()
) -> Html:
    """Draw models' values of a metric along an axis.

    Args:
        place: an id that no other figure has.
        metric: its name.
        axis: what the values are at.
        series: a line each.
        caption: where it is not the metric.
        beside: values of other plots, which are to have the same scale.
    """
    height = TOP + max(LEAST, ROW * len(series)) + BOTTOM
    values = [value for own in series for value in own.values if value is not None]
    ends = [end for own in series for pair in own.bounds if pair for end in pair]
    plot = Plot(_along(axis), spanning([*values, *ends, *beside], height - BOTTOM, TOP))
    middle = (len(series) - 1) / 2
    aside = min(ASIDE, FARTHEST / len(series))
    models = [part for n, own in enumerate(series) for part in _model(own, axis, plot, (n - middle) * aside)]
    says = _said(metric, axis, series)
    parts = (*_frame(axis, plot), *models, *_names(series, axis, plot))
    title = f"{clipped(caption)}: {metric}" if caption else metric
    shown = clipped(caption) or metric
    return figure(place, f"{title} against {axis.says}", says, (WIDTH, height), *parts, caption=shown)


def _along(axis: Axis) -> Scale:
    first, last = axis.places[0], axis.places[-1]
    room = (last - first) * 0.06 or 1.0
    return Scale(first - room, last + room, LEFT, WIDTH - RIGHT)


def _frame(axis: Axis, plot: Plot) -> list[Html]:
    """Draw the grounds, a line for each round value and the names of the places."""
    low, ticks = plot.up.start, plot.up.ticks()
    right = plot.along.end
    parts = [
        band(plot.along.at(place) - 16, plot.along.at(place) + 16, plot.up.end, low)
        for place, ground in zip(axis.places, axis.grounds, strict=True)
        if ground
    ]
    for tick in ticks:
        parts.append(line((LEFT, plot.up.at(tick)), (right, plot.up.at(tick)), "grid"))
        parts.append(text((LEFT - 5, plot.up.at(tick)), written(tick, ticks), "tick", "end"))
    taken = -APART
    for place, name in zip(axis.places, axis.names, strict=True):
        if plot.along.at(place) - taken >= APART:
            taken = plot.along.at(place)
            parts.append(text((taken, low + 12), name, "tick", "middle"))
    return [*parts, text((right + 8, low + 12), axis.says, "tick")]


def _model(own: Series, axis: Axis, plot: Plot, aside: float) -> list[Html]:
    """Draw one model: its line, its intervals, its marks."""
    there = [place for place, value in zip(axis.places, own.values, strict=True) if value is not None]
    points = plot.points(own, axis, aside)
    whiskers = [
        line((x, plot.up.at(pair[0])), (x, plot.up.at(pair[1])), f"whisker {own.look.colour}")
        for place, pair in zip(axis.places, own.bounds, strict=True)
        if pair
        for x in [plot.along.at(place) + aside]
    ]
    marks = [
        mark(point, own.look, f"{clipped(own.name)}, {place:g}") for point, place in zip(points, there, strict=True)
    ]
    return [*([polyline(points, own.look)] if len(points) > 1 else []), *whiskers, *marks]


def _names(series: Sequence[Series], axis: Axis, plot: Plot) -> list[Html]:
    """Write each name beside its last mark, moved where two would cover each other."""
    named = [(own, points[-1]) for own in series if (points := plot.points(own, axis, 0.0))]
    heights = spread([point[1] for _, point in named], ROW, plot.up.end, plot.up.start)
    parts = []
    for (own, point), height in zip(named, heights, strict=True):
        parts.append(line((point[0] + 8, point[1]), (plot.along.end + 5, height), "leader"))
        parts.append(text((plot.along.end + 8, height), short(own.name), f"name {own.look.colour}"))
    return parts


def _said(metric: str, axis: Axis, series: Sequence[Series]) -> str:
    """Say the numbers, model by model."""
    said = [f"{clipped(own.name)}: {', '.join(number(value, metric) for value in own.values)}" for own in series]
    return f"{metric} at {axis.says} {', '.join(axis.names)}. {'; '.join(said)}."
