"""`warmstart init`: a first recipe for a table of one's own."""

from pathlib import Path

import click

from training.cli.console import Console, json_option, table
from training.columns import ITEM_ID, TIMESTAMP, USER_ID, WEIGHT
from warmstart.errors import DataError


@click.command()
@click.argument("interactions", metavar="TABLE", type=click.Path(path_type=Path))
@click.option(
    "--to", type=click.Path(path_type=Path), help="Recipe to write; TABLE's name with .recipe.toml unless said."
)
@click.option("--force", is_flag=True, help="Write over a recipe that is there.")
@click.option("--user-column", USER_ID, help="Column of user ids.")
@click.option("--item-column", ITEM_ID, help="Column of item ids.")
@click.option("--weight-column", WEIGHT, help="Column of weights.")
@click.option("--time-column", TIMESTAMP, help="Column of times.")
@json_option
def init(console: Console, interactions: Path, to: Path | None, force: bool, **said: str | None) -> None:
    """Guess the columns of a CSV or Parquet table and write a recipe for it."""
    from training.data.guess import guess
    from training.data.recipe_text import recipe_text
    from training.data.whole import write_whole

    recipe = to or Path(f"{interactions.stem}.recipe.toml")
    if recipe.exists() and not force:
        raise DataError(f"{recipe} exists: say --force to write over it, or --to")
    guessed = guess(interactions, {name: column for name, column in said.items() if column is not None})
    write_whole(recipe, recipe_text(_name(interactions), guessed))
    rows = [(name, column, guessed.reasons[name]) for name, column in guessed.columns.items()]
    console.result(
        {"recipe": str(recipe), "columns": dict(guessed.columns), "fold": guessed.fold},
        f"{table(('column', 'in the table', 'because'), rows)}\nfold: {guessed.fold}\nwrote {recipe}",
    )


def _name(path: Path) -> str:
    """Make a recipe's name of a file's."""
    kept = "".join(c if c.isascii() and c.isalnum() else "-" for c in path.stem.lower()).strip("-")
    return kept[:64] or "mine"
