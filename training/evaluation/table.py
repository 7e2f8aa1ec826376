"""An evaluation for people: a table of rich's on a terminal, aligned text elsewhere."""

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from training.evaluation.result import Estimate, Evaluation, ModelResult

WIDE = 10_000  # columns of a table that no terminal cuts
SMALL = {"serendipity": 6, "popularity": 6}  # digits after the point; 4 for the others


def show(found: Evaluation, *, segments: bool = False, console: Console | None = None) -> None:
    """Print what was measured: the folds, two tables per k, one per segment where asked, and what is missing."""
    console = unbroken(console)
    for line in _described(found):
        console.print(escape(line))
    for k in found.ks:
        for beyond in (False, True):
            if names := [name for name, metric in found.metrics.items() if (metric["group"] == "beyond") is beyond]:
                console.print("", _at(found, k, names, beyond=beyond))
    if segments and found.decides is not None:
        console.print("", _by_segment(found, found.decides))
    for line in _notes(found):
        console.print(escape(line))


def unbroken(console: Console | None = None) -> Console:
    """Return where to print; a pipe has no width, and there no line is broken."""
    console = console or Console(highlight=False)
    return console if console.is_terminal else Console(file=console.file, width=WIDE, highlight=False)


def _described(found: Evaluation) -> Iterator[str]:
    if excluded := [name.replace("_", " ") for name in found.plan["excluded"]]:
        yield f"left out: {', '.join(excluded)}; the end of a fold is the day after its last"
    for fold in found.folds:
        when = f"{fold.start} to {fold.end}" if fold.start else f"the last {found.plan['last']} of each user"
        kinds = ", ".join(f"{n} {kind}" for kind, n in fold.users.items() if kind != "all" and n)
        leaks = ", LEAKS TIME" if fold.leaks_time else ""
        yield (
            f"fold {fold.number}: {when}; learnt {fold.learn_rows:,} rows, {fold.items:,} items; "
            f"measured on {fold.test_rows:,} rows of {fold.users['all']:,} users ({kinds}){leaks}"
        )


def _at(found: Evaluation, k: int, metrics: Sequence[str], *, beyond: bool) -> Table:
    title = f"k = {k}" + (", beyond accuracy" if beyond else "") + (", leaks time" if found.plan["leaks_time"] else "")
    table = headed(title, ("model", *metrics, *(() if beyond else ("fit, s", "MB", "answers/s", ""))))
    for model in found.models:
        cells = [_cell(model.metrics[f"{metric}@{k}"], SMALL.get(metric, 4)) for metric in metrics]
        if not beyond:
            speeds = f"{model.fit_seconds.mean:.2f}", f"{model.megabytes:.2f}", f"{model.answers_per_second:,.0f}"
            cells += [*speeds, _remarks(model)]
        table.add_row(escape(model.name), *cells, style=_style(model))
    return table


def _by_segment(found: Evaluation, metric: str) -> Table:
    names = [*dict.fromkeys(name for model in found.models for name in model.segments)]
    table = headed(f"{metric} per segment", ("users of", "users", *(model.name for model in found.models)))
    for name in names:
        cells = [model.segments[name].metrics[metric] for model in found.models]
        users = found.models[0].segments[name].users
        table.add_row(name, f"{users:,}", *("-" if value is None else f"{value:.4f}" for value in cells))
    return table


def headed(title: str, headers: Sequence[str]) -> Table:
    """Return a table without rows; its first column is of names, the others of numbers."""
    table = Table(title=escape(title), title_justify="left", box=None, pad_edge=False, header_style="bold")
    for place, header in enumerate(headers):
        table.add_column(escape(header), justify="right" if header and place else "left", no_wrap=place == 0)
    return table


def _cell(estimate: Estimate, digits: int) -> str:
    if estimate.mean is None:
        return "-"
    mean = f"{estimate.mean:.{digits}f}"
    if estimate.low is None or estimate.high is None:
        return mean
    return "\n".join([mean, "-".join(f"{end:.{digits}f}".removeprefix("0") for end in (estimate.low, estimate.high))])


def _remarks(model: ModelResult) -> str:
    disorder = () if model.ordered else ("scores not ordered",)
    fallback = (f"{1 - model.personal_share:.0%} fallback",) if 0 < model.personal_share < 1 else ()
    return escape(", ".join((*model.marks, *fallback, *disorder)))


def _style(model: ModelResult) -> str:
    if model.role == "baseline":
        return "dim"
    return "red" if any(mark.startswith("<") for mark in model.marks) else ""


def _notes(found: Evaluation) -> Iterator[str]:
    if any(model.marks for model in found.models):
        yield f"by {found.decides} and a paired test over users: < worse, ~ cannot be told from chance"
    for what, why in {**found.absent, **found.failed}.items():
        yield f"no {what}: {why}"
