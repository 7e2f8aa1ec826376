"""The tables: every number that a plot draws stands in one of them."""

from collections.abc import Sequence

from training.evaluation.result import Estimate, Evaluation, ModelResult
from training.report.dots import segments_of, users_of, value_of
from training.report.numbers import interval, number
from training.visual.markup import Html, clipped, join, tag


def grid(caption: str, heads: Sequence[Html], rows: Sequence[Sequence[Html]]) -> Html:
    """Draw a table in a frame that scrolls sideways where there is no room."""
    table = tag(
        "table",
        tag("caption", caption),
        tag("thead", tag("tr", *heads)),
        tag("tbody", *(tag("tr", *cells) for cells in rows)),
    )
    return tag("div", table, class_="wide", tabindex="0", role="region", aria_label=caption)


def head(*names: str, left: int = 1) -> list[Html]:
    """Draw the names of columns; those after the first few are of numbers."""
    return [tag("th", name, scope="col", class_="" if n < left else "number") for n, name in enumerate(names)]


def model_name(model: ModelResult) -> Html:
    """Draw the first cell of a model's row."""
    baseline = join(" ", tag("span", "baseline", class_="muted")) if model.role == "baseline" else ""
    return tag("th", tag("bdi", clipped(model.name)), baseline, scope="row")


def cell(text: str, class_: str = "number") -> Html:
    """Draw one value."""
    return tag("td", text, class_=class_)


def at(found: Evaluation, k: int) -> list[Html]:
    """Draw all models' metrics at one k: those of accuracy with the marks, then those beyond."""
    names = {name: metric["group"] for name, metric in found.metrics.items()}
    parts = [[name for name, group in names.items() if (group == "beyond") is beyond] for beyond in (False, True)]
    return [_at(found, k, part, marked=part is parts[0]) for part in parts if part]


def _at(found: Evaluation, k: int, names: Sequence[str], *, marked: bool) -> Html:
    best = {name: _best(found, f"{name}@{k}") for name in names if found.metrics[name]["better"] == "higher"}
    rows = [
        [
            model_name(model),
            *(_estimate(model.metrics[f"{name}@{k}"], name, best=best.get(name)) for name in names),
            *([cell(", ".join(remarks(model)), "remarks")] if marked else []),
        ]
        for model in found.models
    ]
    heads = [*head("model", *names), *([tag("th", "marks", scope="col")] if marked else [])]
    what = "" if marked else ", beyond accuracy"
    return grid(f"k = {k}{what}{', leaks time' if found.plan.get('leaks_time') else ''}", heads, rows)


def remarks(model: ModelResult) -> list[str]:
    """Say what the marks are and what else is odd."""
    disorder = [] if model.ordered else ["scores not ordered"]
    fallback = [f"{1 - model.personal_share:.0%} fallback"] if 0 < model.personal_share < 1 else []
    return [*model.marks, *fallback, *disorder]


def by_segment(found: Evaluation, metric: str) -> Html:
    """Draw a metric per kind of user."""
    rows = [
        [
            tag("th", clipped(segment), scope="row"),
            cell(f"{users_of(found.models, segment):,}"),
            *(cell(number(value_of(model, segment, metric), metric)) for model in found.models),
        ]
        for segment in segments_of(found.models)
    ]
    names = (clipped(model.name) for model in found.models)
    return grid(f"{metric} per segment", head("users of", "users", *names), rows)


def by_fold(found: Evaluation, metric: str) -> Html:
    """Draw a metric per fold, with the mean and the spread of the folds."""
    rows = [
        [
            model_name(model),
            *(cell(number(value, metric)) for value in model.metrics[metric].folds),
            cell(number(model.metrics[metric].mean, metric)),
            cell(number(model.metrics[metric].spread, metric)),
        ]
        for model in found.models
    ]
    names = (f"fold {fold.number}" for fold in found.folds)
    return grid(f"{metric} per fold", head("model", *names, "mean", "spread"), rows)


def _best(found: Evaluation, metric: str) -> float | None:
    means = (model.metrics[metric].mean for model in found.models)
    return max((mean for mean in means if mean is not None), default=None)


def _estimate(estimate: Estimate, metric: str, *, best: float | None) -> Html:
    under = tag("span", interval(estimate, metric), class_="under muted")
    mean = number(estimate.mean, metric)
    shown = tag("b", mean) if best is not None and estimate.mean == best else mean
    return tag("td", shown, under, class_="number")
