"""A recipe as commands name it: its file or its name, which of its models, and what to do about bad rows."""

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from training.cli.console import Console

if TYPE_CHECKING:
    from training.data.tables import Tables
    from training.recipe import ModelSection, Recipe
    from training.train import Training

recipe_option = click.option(
    "--recipe",
    "recipe_path",
    required=True,
    type=click.Path(path_type=Path),
    help="A recipe file, or one that comes with warmstart: movielens_100k, movielens_100k_networks, "
    "movielens_1m, movietweetings, online_retail, kion.",
)
models_option = click.option("--models", help="Only these models of the recipe, by commas.")
bad_row_option = click.option(
    "--on-bad-row",
    type=click.Choice(["refuse", "set-aside"]),
    default="refuse",
    show_default=True,
    help="What to do with rows that cannot be used.",
)


def read_recipe_named(path: Path) -> "Recipe":
    """Read a recipe, one that comes with warmstart by its name."""
    from training.recipe import read_recipe

    shipped = Path(__file__).parent.parent / "recipes" / f"{path}.toml"
    return read_recipe(shipped if shipped.is_file() and not path.exists() else path)


def chosen_models(path: Path, models: str | None) -> tuple["Recipe", list["ModelSection"]]:
    """Read a recipe; return it and the models of it that are named."""
    recipe = read_recipe_named(path)
    return recipe, recipe.chosen(models)


def read_data(recipe: "Recipe", on_bad_row: Literal["refuse", "set-aside"], console: Console) -> "Tables":
    """Read a recipe's tables, and say how many rows were set aside."""
    console.progress(f"reading {recipe.data.described}")
    from training.data.told import read_told

    return read_told(recipe.data, on_bad_row, console)


def read_training(
    recipe: "Recipe", on_bad_row: Literal["refuse", "set-aside"], console: Console, checkpoints: Path | None = None
) -> "Training":
    """Read a recipe's tables, and cut its fold."""
    from training.train import Training

    return Training(recipe, read_data(recipe, on_bad_row, console), console.progress, checkpoints)
