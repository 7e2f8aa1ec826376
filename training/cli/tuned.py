"""Shows what a tuning has found."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from training.cli.console import Console, table

if TYPE_CHECKING:
    from training.recipe import ModelSection
    from training.tuning.outcome import Found, Outcome
    from training.tuning.study import Task


def show(task: "Task", found: "Outcome", target: Path, kept: Path, console: Console) -> None:
    """Print the settings, what they are worth on the folds, and where both are written."""
    console.result(_value(task, found, target, kept), _text(task, found, target, kept))


def name_of(model: "ModelSection") -> str:
    """Name a model and, where it has another name, its algorithm."""
    return model.name if model.name == model.algorithm else f"{model.name} ({model.algorithm})"


def _value(task: "Task", found: "Outcome", target: Path, kept: Path) -> dict[str, Any]:
    def described(one: "Found") -> dict[str, Any]:
        return {
            "trial": one.trial,
            "settings": {**task.settings, **one.model.params},
            "validation": {"mean": one.validation, "folds": [*one.folds]},
            "reported": dict(one.reported),
        }

    return {
        "model": task.model.name,
        "metric": task.metric,
        "fold": task.recipe.fold.kind,
        "trials": dict(found.counts),
        "own": described(found.own),
        "best": described(found.best),
        "importance": dict(found.importance) or None,
        "why_no_importance": found.why_no_importance or None,
        "recipe": str(target),
        "journal": str(kept),
    }


def _text(task: "Task", found: "Outcome", target: Path, kept: Path) -> str:
    counted = ", ".join(f"{count} {how}" for how, count in found.counts.items() if count or how == "finished")
    lines = [
        f"trials of {name_of(task.model)}: {counted}; kept in {kept}",
        "",
        _settings(task, found),
        f"importance: {found.why_no_importance}" if found.why_no_importance else "",
        "",
        _metrics(task, found),
        "",
        _verdict(task, found),
        f"wrote {target}",
    ]
    return "\n".join(line for line, before in zip(lines, [None, *lines], strict=False) if line or before)


def _settings(task: "Task", found: "Outcome") -> str:
    own, best = ({**task.settings, **one.model.params} for one in (found.own, found.best))
    names = sorted(own, key=lambda name: -found.importance.get(name, 0.0))
    shares = {name: f"{share:.2f}" for name, share in found.importance.items()}
    rows = [(name, f"{own[name]}", f"{best[name]}", shares.get(name, "-")) for name in names]
    return table(("setting", "recipe", "best", "importance"), rows)


def _metrics(task: "Task", found: "Outcome") -> str:
    own, best = found.own, found.best
    number = len(own.folds)
    rows = [(f"mean of {number} earlier", task.metric, own.validation, best.validation)]
    rows += [("reported", metric, value, best.reported[metric]) for metric, value in own.reported.items()]
    return table(("fold", "metric", "recipe", "best", "gain"), [(*row, _gain(row[2], row[3])) for row in rows])


def _gain(before: float, after: float) -> str:
    return f"{after / before - 1:+.1%}" if before else "-"


def _verdict(task: "Task", found: "Outcome") -> str:
    if found.best is found.own or found.best.model.params == found.own.model.params:
        return "nothing was better than the recipe's own settings"
    before, after = found.own.reported[task.metric], found.best.reported[task.metric]
    judged = "better" if after > before else "NOT better"
    return f"on the reported fold, where nothing was chosen, the best settings are {judged}: {_gain(before, after)}"
