"""MovieTweetings: `python -m tests.quality.movietweetings [TO]` writes the table that its recipe reads.

What is left is who rated a film 6 or better and when, measured on the last three weeks, week by week.
"""

import argparse
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import polars as pl

from tests.bench.places import BUILD, ROOT, data_set
from tests.quality.figures import Figure
from tests.quality.movielens_1m import check_shape
from tests.quality.settings_of_time import Searchable, is_timed, on_reported
from training.columns import ITEM_ID, TIMESTAMP, USER_ID
from training.data.tables import Tables, read_tables
from training.evaluation.cross_validation import CrossValidator
from training.evaluation.folds import FoldPlan
from training.evaluation.result import FoldScores
from training.evaluation.summary import compare
from training.recipe import ModelSection, Recipe, read_recipe

NAME = "movietweetings"
SHAPE = (85_715, 15_727, 9_215)  # rows, users, films
RECIPE = ROOT / "training" / "recipes" / "movietweetings.toml"
LIKED = 6  # of 10
METRICS = ("ndcg", "map")
GOAL = 0.150  # of the best model that knows users
DECAYED = tuple(  # popularity that forgets without a window, of which the best on the reported folds is to beat
    ModelSection(f"decayed popularity, {days} d", "popular_recent", {"days": 365.0, "half_life": float(days)})
    for days in (1, 2, 3, 5, 7)
)
PUBLISHED = {  # ndcg@10 of RecTools' models
    "popular": 0.0559,
    "popular_recent": 0.1371,
    "als": 0.0424,
    "lightfm": 0.0535,
    "item_knn": 0.0485,
    "ease": 0.0569,
}


def figures(*, searched: bool = True) -> Iterator[Figure]:
    """Measure popularity and the recipe's models, each tested against the best decayed popularity.

    Args:
        searched: whether what a choice of settings of time on the reported folds would have given stands beside them.
    """
    recipe, tables = _read()
    job = CrossValidator(recipe, tables, ks=(10,), metrics=METRICS)
    best, bar = max(((model, job.score(model)) for model in DECAYED), key=lambda found: _mean(found[1], "ndcg@10"))
    for model in (*job.baselines, best, *(model for model in recipe.models if is_timed(model))):
        scores = bar if model is best else job.score(model)
        beside = {"p": None if model is best else compare([scores], [bar], recipe.seed)[0]["ndcg@10"].p}
        if searched:
            beside["on reported"] = on_reported(job, model)
        means = {name: _mean(scores, name) for name in ("ndcg@10", "map@10")}
        seconds = sum(fold.fit_seconds + fold.answer_seconds for fold in scores)
        goal = GOAL if is_timed(model) else None
        yield Figure(model.name, means, seconds, goal, PUBLISHED.get(model.name), beside)


def searchable() -> Searchable:
    """Return the five weeks before the reported ones."""
    return Searchable(*_read(), FoldPlan(folds=8), range(5))


def liked(ratings: pl.DataFrame) -> pl.DataFrame:
    """Return who liked what and when, from lines `user::film::rating::seconds` in one column."""
    parts = pl.col("line").str.split("::").list.to_struct(fields=[USER_ID, ITEM_ID, "rating", TIMESTAMP])
    rated = ratings.select(parts).unnest("line").cast(pl.Int64)
    return rated.filter(pl.col("rating") >= LIKED).drop("rating")


def write(raw: Path, to: Path) -> None:
    """Read the raw ratings in one folder and write `interactions.parquet` into another."""
    lines = (raw / "ratings.dat").read_text(encoding="utf8").splitlines()
    rows = liked(pl.DataFrame({"line": lines}))
    check_shape(rows, SHAPE)
    to.mkdir(parents=True, exist_ok=True)
    rows.write_parquet(to / "interactions.parquet")


def _read() -> tuple[Recipe, Tables]:
    recipe = read_recipe(RECIPE)
    data = replace(recipe.data, path=BUILD / NAME)
    write(data_set(NAME), data.path)
    return recipe, read_tables(data)


def _mean(scores: tuple[FoldScores, ...], metric: str) -> float:
    return sum(fold.means()[metric] for fold in scores) / len(scores)


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.quality.movietweetings", description=__doc__)
    to = ROOT / "data" / NAME
    parser.add_argument("to", nargs="?", type=Path, default=to, metavar="TO", help="a folder; default: %(default)s")
    write(data_set(NAME), parser.parse_args().to)


if __name__ == "__main__":
    main()
