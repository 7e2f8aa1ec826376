"""The page: what was found, first in words, then in tables and plots."""

from collections.abc import Mapping
from pathlib import Path

from training.evaluation.result import Evaluation, ModelResult
from training.report import tables, words
from training.report.dots import panels
from training.report.lines import Axis, Series, lines
from training.report.looks import Look, looks_of
from training.report.scatter import scatter
from training.visual.document import document
from training.visual.markup import Html, clipped, tag

STYLE = Path(__file__).with_name("report.css")
NOVELTY = "novelty"
MARKS = (
    "Means are over folds; the range under a mean is its 95 % bootstrap interval over users. "
    "Bold is the best of a column where more is better."
)


def report(found: Evaluation) -> str:
    """Return a page that needs nothing else; the same evaluation is always the same page."""
    title = f"{clipped(found.recipe)}: evaluation"
    looks = looks_of(found.models)
    sections = (
        _summary(found),
        _numbers(found),
        _against_k(found, looks),
        _novelty(found, looks),
        _segments(found, looks),
        _folds(found, looks),
        _models(found),
    )
    top = tag("header", tag("h1", tag("bdi", title)), tag("p", words.facts(found), class_="muted"))
    body = tag("body", top, tag("main", *(section for section in sections if section)))
    return document(title, STYLE.read_text(encoding="utf8"), body)


def _summary(found: Evaluation) -> Html:
    return tag("section", *words.notices(found), words.verdicts(found))


def _numbers(found: Evaluation) -> Html:
    by = f"Marks go by {found.decides} and a paired test over users: < worse, ~ cannot be told from chance. "
    says = tag("p", (by if found.decides else "") + MARKS, class_="muted")
    shown = [table for k in reversed(found.ks) for table in tables.at(found, k)]
    paired = found.decides and any(found.decides in pairs for m in found.models for pairs in m.against.values())
    tests = (
        [tag("h3", "Against the baselines"), words.against(found, found.decides)] if paired and found.decides else []
    )
    return tag("section", tag("h2", "Metrics"), says, *shown, *tests, _meanings(found))


def _meanings(found: Evaluation) -> Html:
    pairs = [
        part for name, metric in found.metrics.items() for part in (tag("dt", name), tag("dd", metric["says"] or ""))
    ]
    return tag("dl", *pairs)


def _against_k(found: Evaluation, looks: Mapping[str, Look]) -> Html:
    axis = Axis("k", found.ks, [str(k) for k in found.ks], [False] * len(found.ks))
    plots = [
        lines(f"metric-{n}", name, axis, [_over_k(model, name, found, looks) for model in found.models])
        for n, name in enumerate(found.metrics, 1)
    ]
    says = "Upright lines are 95 % intervals over users; the numbers stand in the tables above."
    return tag("section", tag("h2", "Each metric against k"), tag("p", says, class_="muted"), _plots(*plots))


def _over_k(model: ModelResult, metric: str, found: Evaluation, looks: Mapping[str, Look]) -> Series:
    at = [model.metrics[f"{metric}@{k}"] for k in found.ks]
    bounds = [None if e.low is None or e.high is None or e.mean is None else (e.low, e.high) for e in at]
    return Series(model.name, looks[model.name], [estimate.mean for estimate in at], bounds)


def _novelty(found: Evaluation, looks: Mapping[str, Look]) -> Html:
    heading = tag("h2", "Accuracy against novelty")
    if found.decides is None or NOVELTY not in found.metrics:
        lacking = NOVELTY if found.decides else "a metric of accuracy"
        return tag("section", heading, tag("p", f"Not drawn: {lacking} was not measured.", class_="muted"))
    across = f"{NOVELTY}@{found.ks[-1]}"
    says = "Up is more accurate, right is less known; the numbers stand in the first table."
    return tag("section", heading, tag("p", says, class_="muted"), scatter(across, found.decides, found.models, looks))


def _segments(found: Evaluation, looks: Mapping[str, Look]) -> Html | None:
    if found.decides is None or not any(model.segments for model in found.models):
        return None
    drawn = _plots(*panels(found.decides, found.models, looks))
    says = f"{found.decides} by what is known of users and by the length of their history; one scale for all."
    table = tables.by_segment(found, found.decides)
    return tag("section", tag("h2", "By segment"), tag("p", says, class_="muted"), drawn, table)


def _folds(found: Evaluation, looks: Mapping[str, Look]) -> Html:
    heading, holds = tag("h2", "By fold"), words.folds(found)
    if found.decides is None:
        return tag("section", heading, holds)
    leaks = [fold.leaks_time for fold in found.folds]
    numbers = [fold.number for fold in found.folds]
    axis = Axis("fold", numbers, [f"{n}{'!' * fold}" for n, fold in zip(numbers, leaks, strict=True)], leaks)
    series = [
        Series(m.name, looks[m.name], m.metrics[found.decides].folds, [None] * len(numbers)) for m in found.models
    ]
    says = "! on an orange ground: this fold leaks time." if any(leaks) else ""
    plot = _plots(lines("folds", found.decides, axis, series))
    return tag(
        "section",
        heading,
        tag("p", says, class_="muted") if says else "",
        plot,
        tables.by_fold(found, found.decides),
        holds,
    )


def _models(found: Evaluation) -> Html:
    return tag("section", tag("h2", "Models"), words.settings(found))


def _plots(*figures: Html) -> Html:
    return tag("div", *figures, class_="plots")
