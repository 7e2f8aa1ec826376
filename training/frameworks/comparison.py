"""Models of several frameworks on one fold: the last event of each user, every list scored by our own metrics."""

import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from training.data.tables import Tables
from training.evaluation.measure import METRICS, K, Measured, measure
from training.evaluation.metrics import per_user
from training.evaluation.result import SAYS, Paired, columns_of
from training.evaluation.splits import split
from training.evaluation.truth import Truth, truth_of
from training.fitting import Fitting
from training.frameworks.learning import Learning, Lists, Settings
from training.frameworks.recbole_run import OWN, Environment, recbole_lists
from training.frameworks.rectools_side import rectools_lists
from training.interactions import Events
from training.recipe import Fold, ModelSection, Recipe
from training.scorers import open_recommender

BY = f"ndcg@{K}"  # what models are sorted and told apart by
Models = Mapping[str, Settings]  # a framework's name of a model -> its settings
# As their papers and recbole's own settings have them but for the size, 64; epochs for a set of MovieLens 100k's size.
# Models of sequences take far longer for each of theirs, so they have few, and read short histories.
RECBOLE: Models = {
    "ItemKNN": {},
    "EASE": {},
    "BPR": {"epochs": 60, "learning_rate": 0.002},
    "NeuMF": {"epochs": 20},
    "LightGCN": {"epochs": 30, "learning_rate": 0.005},
    "MultiVAE": {"epochs": 100, "train_batch_size": 256},
    "RecVAE": {"epochs": 30, "train_batch_size": 256},
    "SASRec": {"epochs": 4, "MAX_ITEM_LIST_LENGTH": 10},
    "GRU4Rec": {"epochs": 4, "MAX_ITEM_LIST_LENGTH": 20},
}
RECTOOLS: Models = {
    "SASRec": {"epochs": 15, "n_factors": 64, "session_max_len": 50, "batch_size": 64},
    "BERT4Rec": {"epochs": 15, "n_factors": 64, "session_max_len": 50, "batch_size": 64},
}


class Entry(NamedTuple):
    """One model."""

    framework: str
    model: str
    measured: Measured
    seconds: float  # of making it ready, training and asking, on one thread

    @property
    def name(self) -> str:
        """Return whose it is and what."""
        return f"{self.framework} {self.model}"


class Comparison(NamedTuple):
    """All models, the best first, and how the best differs from each other one."""

    entries: tuple[Entry, ...]
    gains: tuple[Paired, ...]  # of the best over entries[1:], by ndcg@10

    @property
    def alike(self) -> list[Entry]:
        """Return the best and those that the paired test does not tell from it."""
        others = zip(self.entries[1:], self.gains, strict=True)
        return [self.entries[0], *(entry for entry, gain in others if gain.verdict == "same")]

    @property
    def chosen(self) -> Entry:
        """Return the quickest of those: nothing says that what takes longer is better."""
        return min(self.alike, key=lambda entry: entry.seconds)

    def table(self) -> list[dict[str, Any]]:
        """Return a line for each model."""
        gains = (None, *self.gains)
        return [
            {
                "framework": entry.framework,
                "model": entry.model,
                **entry.measured.metrics,
                "seconds": round(entry.seconds, 1),
                **columns_of(gain, "the best has more"),
            }
            for entry, gain in zip(self.entries, gains, strict=True)
        ]

    def conclusion(self) -> str:
        """Say which is best, what it is told from, and which is chosen."""
        best, *others = self.entries
        lines = [
            f"{best.name} has the highest {BY}, {best.measured.metrics[BY]:.4f}, over {best.measured.users:,} users."
        ]
        lines += [
            f"It is {SAYS[gain.verdict]} {other.name}: {gain}." for other, gain in zip(others, self.gains, strict=True)
        ]
        why = "no other comes near it" if len(self.alike) == 1 else f"the quickest of the {len(self.alike)} best alike"
        return "\n".join([*lines, f"Chosen: {self.chosen.name}, {self.chosen.seconds:.1f} s: {why}."])


def compare_frameworks(
    recipe: Recipe,
    tables: Tables,
    recbole: Models = RECBOLE,
    rectools: Models = RECTOOLS,
    environment: Environment = OWN,
) -> Comparison:
    """Train all on what came before each user's last event, ask for these users, and compare; popularity is the floor.

    Args:
        recipe: its seed counts, and its path for errors.
        tables: with timestamps, or in order.
        recbole: models of recbole.
        rectools: models of RecTools.
        environment: where recbole is.
    """
    events = Events.of(tables)
    learn, test = split(events, Fold("leave_last_out"))
    truth = truth_of(events, test)
    interactions = events.interactions(learn)
    learning = Learning.of(interactions, truth.users, recipe.seed)
    found = {
        **{("recbole", name): lists for name, lists in recbole_lists(learning, recbole, environment).items()},
        **{("RecTools", name): lists for name, lists in rectools_lists(learning, rectools).items()},
    }
    entries = [Entry(*name, measured_lists(lists, truth), lists.seconds) for name, lists in found.items()]
    fitting = Fitting(recipe, interactions, tables.described(recipe.name))
    return ranked([*entries, _popular(fitting, truth)], recipe.seed)


def ranked(entries: list[Entry], seed: int) -> Comparison:
    """Sort models and compare the best with each other one; of equals the quickest is first."""
    best, *others = sorted(entries, key=lambda entry: (-entry.measured.metrics[BY], entry.seconds))
    gains = tuple(best.measured.against(other.measured, seed)[BY] for other in others)
    return Comparison((best, *others), gains)


def measured_lists(lists: Lists, truth: Truth) -> Measured:
    """Measure lists whose rows are those of what was learnt from."""
    items = np.where(lists.items < 0, np.int32(-1), truth.catalogue[lists.items])
    values = per_user(METRICS, (K,), items, truth)
    metrics = {name: round(float(of_users.mean()), 6) for name, of_users in values.items()}
    share = float((items >= 0).any(axis=1).mean())
    return Measured(metrics, len(truth.users), share, True, truth.users, items, values)


def _popular(fitting: Fitting, truth: Truth) -> Entry:
    started = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="warmstart-draft-") as folder:
        manifest = fitting.seal(ModelSection("popular", "popular", {}), Path(folder))
        measured = measure(open_recommender(Path(folder), manifest), truth)
    return Entry("warmstart", "popular", measured, time.perf_counter() - started)
