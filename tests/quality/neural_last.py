"""SASRec on MovieLens 1M, each user's last film, all films ranked: recall@10, and how its epochs went.

A killed run goes on from its checkpoints.
"""

import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from tests.bench.places import BUILD
from tests.quality.figures import Entrant, Figure
from tests.quality.movielens_1m_last import searchable
from training.algorithms.encoded import Encoded
from training.evaluation.folds import FoldPlan, folds_of
from training.evaluation.measure import measure
from training.fitting import Fitting
from training.interactions import Events
from training.scorers import open_recommender

NAME = "neural-last"
COMMON = {"batch": 32, "epochs": 60, "patience": 6}
ENTRANTS = (
    Entrant("sasrec", {**COMMON, "layers": "sasrec"}, goal=0.24, published=0.3058),  # RecTools' own, larger
    Entrant("sasrec, ligr", {**COMMON, "layers": "ligr"}, "sasrec", goal=0.24),
)


def figures() -> Iterator[Figure]:
    """Measure both kinds of layers, and print how each epoch did on the validation fold."""
    data = searchable()
    (fold,) = folds_of(Events.of(data.tables), FoldPlan(folds=1, last=1))
    dataset = {"name": NAME, "sha256": "0" * 64}  # of drafts that are thrown away
    interactions = fold.events.interactions(fold.learn)
    fitting = Fitting(data.recipe, interactions, dataset, _say, checkpoints=BUILD / "checkpoints")
    for entrant in ENTRANTS:
        started = time.perf_counter()
        fitted = fitting.fit(entrant.section)
        assert isinstance(fitted, Encoded)
        with tempfile.TemporaryDirectory(prefix="warmstart-quality-") as folder:
            manifest = fitting.write(fitted, entrant.section, Path(folder))
            metrics = measure(open_recommender(Path(folder), manifest), fold.truth).metrics
        seconds = sorted(epoch.seconds for epoch in fitted.curve_)[len(fitted.curve_) // 2]
        print(f"{entrant.name}, validation ndcg@10 by epoch: {' '.join(f'{e.ndcg:.4f}' for e in fitted.curve_)}")
        metrics = {name: metrics[name] for name in ("recall@10", "ndcg@10")}
        figure = Figure.of(entrant, metrics, time.perf_counter() - started)
        yield replace(figure, beside={"epochs": float(fitted.epochs), "seconds an epoch": seconds})


def _say(told: str) -> None:
    print(told, flush=True)
