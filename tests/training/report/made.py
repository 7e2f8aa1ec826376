"""Evaluations made by hand."""

from collections.abc import Sequence
from typing import Any

import msgspec

from training.evaluation.metrics import METRICS
from training.evaluation.result import Evaluation
from training.report.reading import evaluation_of

NAMES = ("ndcg", "novelty", "coverage")
MODELS = ("popular", "popular_recent", "als", "random")
BASELINES = ("popular", "popular_recent")


def value(
    names: Sequence[str] = MODELS, metrics: Sequence[str] = NAMES, ks: Sequence[int] = (1, 10), folds: int = 2
) -> dict[str, Any]:
    """Return an evaluation as JSON has it; the model at place n has n hundredths more at each k."""
    decides = f"{metrics[0]}@{ks[-1]}" if METRICS[metrics[0]].better else None
    return {
        "schema": 1,
        "recipe": "made",
        "dataset": {"name": "made", "sha256": "0123456789abcdef"},
        "seed": 32,
        "plan": {"folds": folds, "days": 7, "last": None, "excluded": ["seen"], "kind": "time", "leaks_time": False},
        "ks": [*ks],
        "metrics": {
            n: {"group": METRICS[n].group, "better": METRICS[n].better, "says": METRICS[n].says} for n in metrics
        },
        "absent": {"diversity": "the items table has no genres"},
        "failed": {},
        "decides": decides,
        "folds": [fold(number) for number in range(1, folds + 1)],
        "models": [model(n, name, metrics, ks, folds, decides) for n, name in enumerate(names)],
    }


def made(*args: Any, **changes: Any) -> Evaluation:
    """Return an evaluation, some fields changed; `args` are those of `value`."""
    return evaluation_of(msgspec.json.encode({**value(*args), **changes}))


def fold(number: int, **changes: Any) -> dict[str, Any]:
    """Return what one fold holds."""
    about = {"number": number, "start": f"2026-01-0{number}", "end": f"2026-01-0{number + 1}", "leaks_time": False}
    counts = {"learn_rows": 1000, "learn_users": 50, "items": 40, "test_rows": 90}
    return {**about, **counts, "users": {"all": 30, "hot": 29, "warm": 0, "cold": 1}, **changes}


def model(
    place: int, name: str, metrics: Sequence[str], ks: Sequence[int], folds: int, decides: str | None
) -> dict[str, Any]:
    """Return one model's row."""
    at = {
        f"{metric}@{k}": estimate(place / 100 + k / 1000, folds, whole=metric == "coverage")
        for metric in metrics
        for k in ks
    }
    tests = {key: {"difference": 0.01, "low": 0.005, "high": 0.015, "p": 0.01, "users": 30} for key in at}
    means = {key: found["mean"] for key, found in at.items()}
    return {
        "name": name,
        "algorithm": "als",
        "params": {"factors": 8},
        "role": "baseline" if name in BASELINES else "candidate",
        "metrics": at,
        "segments": {"hot": {"users": 29, "metrics": means}, "cold": {"users": 1, "metrics": dict.fromkeys(means)}},
        "against": {} if name in BASELINES or decides is None else dict.fromkeys(BASELINES, tests),
        "marks": [],
        "fit_seconds": {"mean": 0.5, "folds": [0.5] * folds},
        "megabytes": 1.5,
        "answers_per_second": 1000.0,
        "personal_share": 1.0,
        "ordered": True,
    }


def estimate(mean: float, folds: int, *, whole: bool = False) -> dict[str, Any]:
    """Return a mean with its interval; one of all answers together has none."""
    ends = (None, None) if whole else (mean - 0.002, mean + 0.002)
    return {"mean": mean, "spread": None, "low": ends[0], "high": ends[1], "folds": [mean] * folds}
