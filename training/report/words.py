"""What the page says of an evaluation before it shows it."""

from collections.abc import Iterator, Mapping

from training.evaluation.result import Evaluation, FoldInfo, ModelResult
from training.report.numbers import interval, listed, number
from training.report.tables import cell, grid, head, model_name
from training.visual.markup import Html, clipped, tag

VERDICTS = {"better": "better", "worse": "worse", "same": "not told from chance"}
EXCLUDED = {"cold_users": "cold users", "cold_items": "cold items", "seen": "items seen before"}


def verdicts(found: Evaluation) -> Html:
    """Say of each candidate which baselines it beats."""
    candidates = [model for model in found.models if model.role != "baseline"]
    if not candidates:
        return tag("p", "Only the baselines were measured.")
    if found.decides is None:
        return tag("p", "None of the metrics that were asked for decides between models.")
    return tag("ul", *(_verdict(model, found.decides) for model in candidates), class_="verdicts")


def _verdict(model: ModelResult, metric: str) -> Html:
    by_verdict: dict[str, list[str]] = {}
    for base, found in model.against.items():
        if metric in found:
            by_verdict.setdefault(found[metric].verdict, []).append(base)
    said = {
        "better": "beats {}",
        "same": "cannot be told from {}",
        "worse": "is worse than {}",
    }
    parts = [text.format(listed(by_verdict[kind])) for kind, text in said.items() if kind in by_verdict]
    sign = "worse" if "worse" in by_verdict else "same" if "same" in by_verdict or not parts else "better"
    words = (
        f" {', '.join(parts) or 'was compared with nothing'} ({metric} {number(model.metrics[metric].mean, metric)})"
    )
    return tag("li", tag("bdi", tag("b", clipped(model.name))), words, class_=sign)


def notices(found: Evaluation) -> Iterator[Html]:
    """Say what a reader must not overlook: leaks of time, and what is not there."""
    leaking = [str(fold.number) for fold in found.folds if fold.leaks_time]
    if leaking:
        which = f"fold{'s' * (len(leaking) > 1)} {listed(leaking)}"
        says = f"In {which}, models learnt from events that are later than some they are measured on."
        yield tag("p", tag("b", "Leaks time. "), says, class_="notice")
    missing = {**found.absent, **found.failed}
    if missing:
        items = (tag("li", tag("bdi", tag("b", clipped(what))), f": {clipped(why)}") for what, why in missing.items())
        yield tag("div", tag("p", "Not measured:"), tag("ul", *items), class_="notice absent")


def facts(found: Evaluation) -> str:
    """Name the data, the cut and the seed in a line."""
    plan = found.plan
    cut = f"the last {plan.get('last')} of each user" if plan.get("last") else f"{plan.get('days')} days each"
    excluded = [EXCLUDED.get(str(name), str(name)) for name in plan.get("excluded") or ()]
    left_out = f"; without {listed(excluded)}" if excluded else ""
    count = len(found.folds)
    data = f"{clipped(found.dataset.get('name', '?'))} (sha256 {clipped(found.dataset.get('sha256', '?'))[:12]})"
    return f"{data}, {count} fold{'s' * (count > 1)}, {cut}{left_out}; seed {found.seed}"


def against(found: Evaluation, metric: str) -> Html:
    """Draw the paired tests."""
    rows = [
        [
            model_name(model),
            tag("td", tag("bdi", clipped(base))),
            cell("-" if (pair := pairs[metric]).difference is None else f"{pair.difference:+.4f}"),
            cell(interval(pair, metric, signed=True)),
            cell("-" if pair.p is None else f"{pair.p:.4f}"),
            cell(f"{pair.users:,}"),
            cell(VERDICTS[pair.verdict], ""),
        ]
        for model in found.models
        for base, pairs in model.against.items()
        if metric in pairs
    ]
    heads = [*head("model", "against", "difference", "95 %", "p", "users", left=2), tag("th", "verdict", scope="col")]
    return grid(f"{metric}: model less baseline, on the same users", heads, rows)


def folds(found: Evaluation) -> Html:
    """Draw what each fold holds."""
    names = ("fold", "held out", "learnt rows", "learnt users", "items", "test rows", "users", "of them")
    return grid("What each fold holds", head(*names, left=2), [_fold(fold, found.plan) for fold in found.folds])


def _fold(fold: FoldInfo, plan: Mapping[str, object]) -> list[Html]:
    held = f"{fold.start} to {fold.end}" if fold.start else f"the last {plan.get('last')} of each user"
    leaks = tag("b", " leaks time", class_="leaks") if fold.leaks_time else ""
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in fold.users.items() if kind != "all" and count)
    counts = (fold.learn_rows, fold.learn_users, fold.items, fold.test_rows, fold.users.get("all", 0))
    return [
        tag("th", str(fold.number), scope="row"),
        tag("td", clipped(held), leaks, class_="held"),
        *(cell(f"{count:,}") for count in counts),
        cell(kinds, "number"),
    ]


def settings(found: Evaluation) -> Html:
    """Draw what each model is, and how fast."""
    rows = [
        [
            model_name(model),
            tag("td", tag("bdi", clipped(model.algorithm))),
            tag(
                "td", tag("bdi", clipped(", ".join(f"{key} {value}" for key, value in model.params.items()) or "none"))
            ),
            cell(f"{model.fit_seconds.mean:.2f}"),
            cell(f"{model.megabytes:.2f}"),
            cell(f"{model.answers_per_second:,.0f}"),
            cell(f"{model.personal_share:.0%}"),
        ]
        for model in found.models
    ]
    heads = head("model", "algorithm", "settings", "fit, s", "MB", "answers/s", "own answers", left=3)
    return grid("Settings and speed", heads, rows)
