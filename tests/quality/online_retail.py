"""Online Retail II, first year: `python -m tests.quality.online_retail [TO]` writes the table that its recipe reads.

What is left is each customer's first purchase of an article, measured on the last three weeks, week by week.
"""

import argparse
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import polars as pl

from tests.bench.places import BUILD, ROOT, data_set
from tests.quality.figures import Figure
from tests.quality.movielens_1m import check_shape
from tests.quality.settings_of_time import Searchable, on_reported
from training.columns import ITEM_ID, TIMESTAMP, USER_ID
from training.data.tables import Tables, read_tables
from training.evaluation.cross_validation import CrossValidator
from training.evaluation.folds import FoldPlan
from training.recipe import Recipe, read_recipe

NAME = "online-retail"
SHAPE = (273_840, 4_285, 4_006)  # rows, customers, articles
RECIPE = ROOT / "training" / "recipes" / "online_retail.toml"
METRICS = ("ndcg", "map")
GOALS = {"ease": 0.112, "als": 0.115, "lightfm": 0.0669}
PUBLISHED = {  # ndcg@10 of RecTools' models
    "popular": 0.0289,
    "popular_recent": 0.0900,
    "als": 0.0754,
    "lightfm": 0.0669,  # with HNSW
    "item_knn": 0.0710,  # of BM25, the better one
    "ease": 0.0917,
}


def figures(recipe: Recipe | None = None, *, searched: bool = True) -> Iterator[Figure]:
    """Measure the models of a recipe as `warmstart evaluate` does, popularity beside them.

    Args:
        recipe: its own unless said.
        searched: whether what a choice of settings of time on the reported folds would have given stands beside them.
    """
    recipe = recipe or read_recipe(RECIPE)
    job = CrossValidator(recipe, _tables(recipe), ks=(10,), metrics=METRICS)
    sections = {model.name: model for model in recipe.models if not model.stages}
    found = job.evaluate([*sections.values()])
    for model in found.models:
        section = sections.get(model.name)
        beside = {"on reported": None if section is None else on_reported(job, section)} if searched else {}
        means = {name: model.metrics[name].mean or 0.0 for name in ("ndcg@10", "map@10")}
        seconds = sum(fold.fit_seconds + fold.answer_seconds for fold in found.scores[model.name])
        yield Figure(model.name, means, seconds, GOALS.get(model.name), PUBLISHED.get(model.name), beside)


def searchable() -> Searchable:
    """Return three of the five weeks before the reported ones: the latest."""
    recipe = read_recipe(RECIPE)
    return Searchable(recipe, _tables(recipe), FoldPlan(folds=8), (2, 3, 4))


def _tables(recipe: Recipe) -> Tables:
    data = replace(recipe.data, path=BUILD / NAME)
    write(data_set(NAME), data.path)
    return read_tables(data)


def write(raw: Path, to: Path) -> None:
    """Read the raw table in one folder and write `interactions.parquet` into another."""
    bought = first_purchases(pl.read_parquet(raw / "online_retail_2009_2010.parquet"))
    check_shape(bought, SHAPE)
    to.mkdir(parents=True, exist_ok=True)
    bought.write_parquet(to / "interactions.parquet")


def first_purchases(lines: pl.DataFrame) -> pl.DataFrame:
    """Return when each known customer first bought each article, from invoice lines.

    Returns (an invoice that starts with C), gifts, and lines that are no articles (postage, fees: a code that does not
    start with five digits) are left out.
    """
    sold = lines.filter(
        pl.col("customer_id").is_not_null(),
        pl.col("quantity") > 0,
        pl.col("price") > 0,
        ~pl.col("invoice").str.starts_with("C"),
        pl.col("stock_code").str.contains(r"^\d{5}"),
    )
    pairs = pl.col("customer_id").alias(USER_ID), pl.col("stock_code").alias(ITEM_ID)
    times = pl.col("invoice_date").dt.epoch("s").alias(TIMESTAMP)
    return (
        sold.sort("invoice_date", maintain_order=True)
        .select(*pairs, times)
        .unique([USER_ID, ITEM_ID], keep="first", maintain_order=True)
    )


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.quality.online_retail", description=__doc__)
    to = ROOT / "data" / NAME
    parser.add_argument("to", nargs="?", type=Path, default=to, metavar="TO", help="a folder; default: %(default)s")
    write(data_set(NAME), parser.parse_args().to)


if __name__ == "__main__":
    main()
