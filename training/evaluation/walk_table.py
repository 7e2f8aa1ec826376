"""A walk forward for people: means by arm, then by age, and what a fresh trend is worth in a line for each model."""

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from training.evaluation.result import Paired
from training.evaluation.table import headed, unbroken
from training.evaluation.walk_result import FRESH, RETRAINED, STALE, Aged, Arm, Walk

WEEK = 7  # ages beside each other


def show(found: Walk, console: Console | None = None) -> None:
    """Print what was measured: the cut, the means, tables by age, and what the arms are worth."""
    console = unbroken(console)
    for line in described(found):
        console.print(escape(line))
    console.print("", _means(found))
    for first in range(0, len(found.steps), WEEK):
        console.print("", _by_age(found, range(first, min(first + WEEK, len(found.steps)))))
    for line in worth(found):
        console.print(escape(line))


def described(found: Walk) -> Iterator[str]:
    """Say how the table is cut and what is measured on."""
    plan, learnt, measured = found.plan, found.learnt, sum(step.measured for step in found.steps)
    steps = f"{len(found.steps) + len(found.empty)} steps of {plan['step_days']:g} day{'s' * (plan['step_days'] != 1)}"
    yield (
        f"walk: {plan['start']} to {plan['end']} (not included), {steps}; learnt {learnt['rows']:,} rows, "
        f"{learnt['items']:,} items before; measured on {measured:,} rows of {sum(s.rows for s in found.steps):,}"
    )
    yield "left out: users and items not known at the fit, and what a user had before a step"
    if found.empty:
        yield f"nobody to measure on: {', '.join(found.empty)}"


def worth(found: Walk) -> Iterator[str]:
    """Say what keeping each model fresh is worth, and what is not there."""
    for model in found.models:
        arms = {arm.name: arm for arm in model.arms}
        yield f"{model.name}: {_fresh(found, model, arms[FRESH])}"
        if RETRAINED in arms:
            pair = arms[RETRAINED].against[FRESH][found.decides]
            yield f"{model.name}: to be fitted anew as well is worth {_gain(pair, found.decides)}"
    for name, why in found.failed.items():
        yield f"no {name}: {why}"


def bare(value: float | None, sign: str = "") -> str:
    """Write a share of one without its leading zero."""
    return "-" if value is None else f"{value:{sign}.4f}".replace("0.", ".", 1)


def _fresh(found: Walk, model: Aged, arm: Arm) -> str:
    if arm.same:
        return f"nothing differs: {'every answer' if model.trend else 'it has no trend, and every answer'} is as it was"
    what = "trend" if model.trend else "popularity"
    when = "yesterday's" if found.plan["step_days"] == 1 else "a fresh"
    return f"{when} {what} is worth {_gain(arm.against[STALE][found.decides], found.decides)}"


def _gain(pair: Paired, metric: str) -> str:
    return f"{bare(pair.difference, '+')} {metric} ({bare(pair.low)} to {bare(pair.high)}, p = {bare(pair.p)})"


def _means(found: Walk) -> Table:
    table = _table(f"means over {len(found.steps)} steps", [*found.models[0].arms[0].metrics])
    for model, arm in _rows(found):
        cells = [f"{bare(mean.mean)}\n{bare(mean.low)}-{bare(mean.high)}" for mean in arm.metrics.values()]
        table.add_row(escape(model.name), arm.name, *cells, style=_style(model))
    return table


def _by_age(found: Walk, places: range) -> Table:
    table = _table(f"{found.decides} by age in days", [f"{found.steps[place].age:g}" for place in places])
    for model, arm in _rows(found):
        cells = [bare(arm.steps[place].metrics[found.decides]) for place in places]
        table.add_row(escape(model.name), arm.name, *cells, style=_style(model))
    table.add_row("users", "", *(f"{found.steps[place].users:,}" for place in places), style="dim")
    return table


def _table(title: str, numbers: Sequence[str]) -> Table:
    table = headed(title, ("model", "arm", *numbers))
    table.columns[1].justify = "left"
    return table


def _rows(found: Walk) -> Iterator[tuple[Aged, Arm]]:
    return ((model, arm) for model in found.models for arm in model.arms)


def _style(model: Aged) -> str:
    return "dim" if model.role == "baseline" else ""
