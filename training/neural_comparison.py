"""Networks beside each other: how each learnt, and what its served answers are worth on the same users."""

import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from training.algorithms.base import Algorithm
from training.algorithms.encoded import Encoded
from training.evaluation.measure import K
from training.evaluation.result import SAYS, Paired, columns_of
from training.judge import Draft, Judge
from training.recipe import ModelSection

BY = f"ndcg@{K}"  # what models are told apart by


class Trained(NamedTuple):
    """One model, which may be no network: what is popular is the floor."""

    fitted: Algorithm
    draft: Draft
    seconds: float  # of learning, the search for the number of epochs included


class Networks(NamedTuple):
    """All of them, the one that is asked about first, and how it differs from each other one."""

    models: Mapping[str, Trained]
    gains: Mapping[str, Paired]  # name of another -> the first less that, by ndcg@10

    def table(self) -> list[dict[str, Any]]:
        """Return a line for each model."""
        return [
            {
                "model": name,
                **each.draft.measured.metrics,
                "epochs": each.fitted.epochs if isinstance(each.fitted, Encoded) else None,
                "seconds": round(each.seconds, 1),
                **columns_of(self.gains.get(name), "the first has more"),
            }
            for name, each in self.models.items()
        ]

    def curves(self) -> list[dict[str, Any]]:
        """Return two lines for each epoch of each network's search: its loss, and ndcg@10 on what was held back."""
        return [
            {"model": name, "epoch": number, "what": what, "value": value}
            for name, each in self.models.items()
            if isinstance(each.fitted, Encoded)
            for number, epoch in enumerate(each.fitted.curve_, 1)
            for what, value in (("loss", epoch.loss), (f"validation {BY}", epoch.ndcg))
        ]

    def conclusion(self) -> str:
        """Say what the first is beside each other one."""
        first = next(iter(self.models))
        return "\n".join(_said(first, other, gain) for other, gain in self.gains.items())

    def told(self, one: str, other: str, seed: int) -> str:
        """Test any two of them, and say what the one is beside the other."""
        mine, theirs = (self.models[name].draft.measured for name in (one, other))
        return _said(one, other, mine.against(theirs, seed)[BY])


def compare_networks(models: Mapping[str, ModelSection], judge: Judge, seed: int) -> Networks:
    """Fit models on the same interactions, ask their drafts for the same users, and test the first against the others.

    Args:
        models: name in the comparison -> its section, the one that is asked about first.
        judge: fits, seals and measures.
        seed: of the tests.
    """
    found = {name: _trained(model, judge) for name, model in models.items()}
    first, *others = found
    measured = found[first].draft.measured
    gains = {name: measured.against(found[name].draft.measured, seed)[BY] for name in others}
    return Networks(found, gains)


def _trained(model: ModelSection, judge: Judge) -> Trained:
    started = time.perf_counter()
    fitted = judge.fitting.fit(model)
    seconds = time.perf_counter() - started
    folder = Path(tempfile.mkdtemp(prefix=f"{model.name}-", dir=judge.root))  # a model may be in several comparisons
    return Trained(fitted, judge.written(fitted, model, folder.name), seconds)


def _said(one: str, other: str, gain: Paired) -> str:
    return f"{one} is {SAYS[gain.verdict]} {other}: {gain}, {BY} of {gain.users:,} users."
