"""The page of a walk forward: quality against the age of model and trend."""

from collections.abc import Iterator, Sequence

import numpy as np

from training.evaluation.walk_result import FRESH, RETRAINED, STALE, Aged, Arm, Walk
from training.evaluation.walk_table import described, worth
from training.report.lines import Axis, Series, lines
from training.report.looks import SHAPES, Look, looks_of
from training.report.numbers import number
from training.report.page import STYLE
from training.report.tables import cell, grid, head
from training.visual.document import document
from training.visual.markup import Html, clipped, tag

POINTS = 7  # of the plot of gains: single days hide them
ARMS = {
    STALE: Look("c1", SHAPES[1], "5 3"),
    FRESH: Look("c0", SHAPES[0], ""),
    RETRAINED: Look("base", SHAPES[3], "1.5 3"),
}
SAYS = {
    STALE: "stale: as it was fitted before the walk",
    FRESH: "fresh: the same, with trend and fallback of all that was before the step",
    RETRAINED: "retrained: fitted anew on all that was before the step, histories too, of the items known before",
}


def walk_page(found: Walk) -> str:
    """Return a page that needs nothing else; the same walk is always the same page."""
    title = f"{clipped(found.recipe)}: quality against age"
    about = [tag("p", line, class_="muted") for line in described(found)]
    sections = (_verdicts(found), _by_age(found), _gains(found), _numbers(found))
    body = tag("body", tag("header", tag("h1", tag("bdi", title)), *about), tag("main", *sections))
    return document(title, STYLE.read_text(encoding="utf8"), body)


def _verdicts(found: Walk) -> Html:
    return tag("section", tag("ul", *(tag("li", tag("bdi", clipped(line))) for line in worth(found))))


def _by_age(found: Walk) -> Html:
    arms = {arm.name for model in found.models for arm in model.arms}
    says = tag("p", "; ".join(text for arm, text in SAYS.items() if arm in arms) + ".", class_="muted")
    values = [at.metrics[found.decides] for model in found.models for arm in model.arms for at in arm.steps]
    axis = _axis([step.age for step in found.steps])
    plots = [
        lines(f"model-{n}", found.decides, axis, _arms(model, found), caption=model.name, beside=values)
        for n, model in enumerate(found.models, 1)
    ]
    heading = tag("h2", f"{found.decides} against the age of the model")
    return tag("section", heading, says, tag("div", *plots, class_="plots"))


def _arms(model: Aged, found: Walk) -> list[Series]:
    nothing = [None] * len(found.steps)
    return [
        Series(arm.name, ARMS[arm.name], [at.metrics[found.decides] for at in arm.steps], nothing) for arm in model.arms
    ]


def _gains(found: Walk) -> Html:
    parts = np.array_split([step.age for step in found.steps], min(POINTS, len(found.steps)))
    ages = [float(part.mean()) for part in parts]
    looks = looks_of(found.models)
    series = [Series(m.name, looks[m.name], _gain(m, found, len(parts)), [None] * len(parts)) for m in found.models]
    sizes = sorted({len(part) for part in parts})
    of = "one step" if sizes == [1] else f"the mean of {' or '.join(map(str, sizes))} steps"
    says = f"Above 0 the fresh trend is the better one; a mark is {of}."
    plot = lines("gains", f"{found.decides}, fresh less stale", _axis(ages), series)
    heading = tag("h2", "What a fresh trend adds, by the age of the stale one")
    return tag("section", heading, tag("p", says, class_="muted"), tag("div", plot, class_="plots"))


def _gain(model: Aged, found: Walk, count: int) -> list[float]:
    """Return the means of so many parts of the walk."""
    arms = {arm.name: np.array([at.metrics[found.decides] for at in arm.steps]) for arm in model.arms}
    return [float(part.mean()) for part in np.array_split(arms[FRESH] - arms[STALE], count)]


def _axis(ages: Sequence[float]) -> Axis:
    return Axis("age, days", ages, [f"{age:.3g}" for age in ages], [False] * len(ages))


def _numbers(found: Walk) -> Html:
    ages = [f"{step.age:g}" for step in found.steps]
    users = [tag("th", "users", scope="row"), cell("", ""), cell(""), *(cell(f"{s.users:,}") for s in found.steps)]
    rows = [*_rows(found), users]
    return tag(
        "section",
        tag("h2", "Numbers"),
        grid(f"{found.decides} by age in days", head("model", "arm", "mean", *ages, left=2), rows),
    )


def _rows(found: Walk) -> Iterator[list[Html]]:
    for model in found.models:
        for arm in model.arms:
            yield [
                tag("th", tag("bdi", clipped(model.name)), scope="row"),
                cell(arm.name, ""),
                *_values(arm, found.decides),
            ]


def _values(arm: Arm, metric: str) -> list[Html]:
    return [
        cell(number(value, metric)) for value in (arm.metrics[metric].mean, *(at.metrics[metric] for at in arm.steps))
    ]
