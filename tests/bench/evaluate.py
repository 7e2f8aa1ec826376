"""Cross-validation of popular, random and als on MovieLens 1M, without the fits, over RecTools' `cross_validate`."""

import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from tests.bench.figures import Figure
from tests.bench.movielens import NAME, SETTINGS, recipe_of
from tests.bench.places import data_set

if TYPE_CHECKING:
    from tests.bench.rectools_side import Peer
    from training.data.tables import Tables
    from training.evaluation.cross_validation import CrossValidator
    from training.evaluation.folds import FoldPlan
    from training.evaluation.result import Evaluation
    from training.recipe import Recipe

MODELS = ["popular", "random", "als"]  # and popular_recent, which is always there
SLOW = "diversity"  # RecTools pairs the items of each list in Python
KS = (1, 5, 10)
EQUAL = 1e-9
TIES = 1e-3  # equally popular films may stand in another order


def figures() -> Iterator[Figure]:
    """Cross-validate both ways in turn, with all metrics and with those of accuracy only."""
    from training.data.tables import read_tables
    from training.evaluation.folds import FoldPlan
    from training.evaluation.metrics import METRICS

    recipe = recipe_of(data_set(NAME), MODELS)
    recipe = replace(recipe, data=replace(recipe.data, segments=()))  # RecTools' popularity knows none
    tables = read_tables(recipe.data)
    for name, plan, metrics in (
        ("last event of each user", FoldPlan(last=1), tuple(METRICS)),
        ("last event, no diversity", FoldPlan(last=1), tuple(name for name in METRICS if name != SLOW)),
        ("7 days", FoldPlan(), tuple(METRICS)),
    ):
        yield _figure(name, recipe, tables, plan, metrics)


def _figure(name: str, recipe: "Recipe", tables: "Tables", plan: "FoldPlan", metrics: tuple[str, ...]) -> Figure:
    from tests.bench.rectools_side import Peer
    from training.evaluation.cross_validation import CrossValidator
    from training.interactions import Events

    started = time.perf_counter()
    job = CrossValidator(recipe, tables, plan, ks=KS, metrics=metrics)
    found = job.evaluate()
    fits = sum(sum(model.fit_seconds.folds) for model in found.models)
    ours = time.perf_counter() - started - fits
    peer = Peer(Events.of(tables), plan, metrics, KS, SETTINGS["als"])
    started = time.perf_counter()
    theirs_found = peer.run()
    theirs = time.perf_counter() - started - peer.fit_seconds
    if plan.last is None or SLOW not in metrics:  # minutes otherwise, and the other figures hold the same
        _same_numbers(job, found, peer, theirs_found)
    asking = sum(own.answer_seconds for scores in found.scores.values() for own in scores)
    return Figure(
        name=f"evaluate, 3 x {name}",
        ms=ours * 1000,
        peer="RecTools",
        peer_ms=theirs * 1000,
        limit=0.5,
        bound="asking the scorers alone",
        bound_ms=asking * 1000,
        raw={"our fits": [fits * 1000], "RecTools' fits": [peer.fit_seconds * 1000]},
    )


def _same_numbers(
    job: "CrossValidator", found: "Evaluation", peer: "Peer", theirs: dict[str, dict[str, float]]
) -> None:
    """Hold RecTools' metrics over our answers equal to ours, and its own popularity's but for ties."""
    for model, scores in found.scores.items():
        for fold, own in zip(job.folds, scores, strict=True):
            over_ours = peer.of(own.items, own.users, fold.learn, fold.counted)
            _equal(own.means(), over_ours, EQUAL, f"{model}, fold {fold.number}")
    _equal({n: found["popular"].metrics[n].mean or 0.0 for n in peer.metrics}, theirs["popular"], TIES, "popular")
    ndcg = f"ndcg@{KS[-1]}"
    sys.stderr.write(f"{ndcg} of als {found['als'].metrics[ndcg].mean:.4f}, RecTools' {theirs['als'][ndcg]:.4f}\n")


def _equal(ours: dict[str, float], theirs: dict[str, float], within: float, where: str) -> None:
    for name, value in theirs.items():
        if not abs(ours[name] - value) <= within * max(1.0, abs(value)):
            raise AssertionError(f"{where}: {name} is {ours[name]}, RecTools says {value}")
