"""`warmstart init`: a first recipe for a table of one's own."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from training.cli.console import Console, json_option, table
from training.columns import ITEM_ID, TIMESTAMP, USER_ID, WEIGHT
from warmstart.errors import DataError

if TYPE_CHECKING:
    from training.data.guess import Guess
    from training.data.survey import Survey


@click.command()
@click.argument("path", metavar="TABLE_OR_DIR", type=click.Path(path_type=Path))
@click.option(
    "--to", type=click.Path(path_type=Path), help="Recipe to write; TABLE's name with .recipe.toml unless said."
)
@click.option("--force", is_flag=True, help="Write over a recipe that is there.")
@click.option("--user-column", USER_ID, help="Column of user ids.")
@click.option("--item-column", ITEM_ID, help="Column of item ids.")
@click.option("--weight-column", WEIGHT, help="Column of weights.")
@click.option("--time-column", TIMESTAMP, help="Column of times.")
@click.option("--time-format", help='How its times are written, as strptime has it: "%d/%m/%Y %H:%M".')
@click.option("--no-timestamp", is_flag=True, help="Learn without times, whatever the table holds.")
@json_option
def init(
    console: Console,
    path: Path,
    to: Path | None,
    force: bool,
    time_format: str | None,
    no_timestamp: bool,
    **columns: str | None,
) -> None:
    """Guess the columns of a table and write a recipe for it.

    TABLE_OR_DIR is a table, a folder that holds interactions.csv, .parquet or .tsv, or one with the files of
    movielens-100k, movielens-1m or kion.

    \b
    Read are
      files       Parquet; text with a header, whatever its name ends in; nothing packed
      encoding    UTF-8, with or without a byte order mark
      separators  comma, semicolon, tab or bar, told from the first lines; the
                  recipe's `separator` may be any one character; no decimal comma
      times       epoch seconds; milliseconds of 1990 and later; 20201231;
                  ISO 8601: 2020-12-31, 2020-12-31 23:59, 2020-12-31T23:59:59.5+03:00
                  31/12/2020, 12/31/2020, 31.12.2020, 31-12-2020, 12-31-2020, 2020/12/31,
                  each alone or with 23:59, 23:59:59, 11:59 PM or 11:59:59 PM
                  all others by --time-format, which is the recipe's `time_format`
      zones       UTC, where a time does not say another

    A table whose days fit both 31/12 and 12/31 is refused until --time-format says which.
    """  # noqa: D301  # \b is click's: lines stay as they are
    from training.data.begin import begin
    from training.data.guess import Said
    from training.data.recipe_text import recipe_text
    from training.data.survey import survey
    from training.data.whole import write_whole

    if no_timestamp and (time_format or columns[TIMESTAMP]):
        raise click.UsageError("--no-timestamp leaves nothing for --time-column and --time-format")
    recipe = to or Path(f"{path.resolve().stem}.recipe.toml")
    if recipe.exists() and not force:
        raise DataError(f"{recipe} exists: say --force to write over it, or --to")
    said = {name: column for name, column in columns.items() if column is not None}
    guessed = begin(path, Said(said, time_format, times=not no_timestamp))
    found = survey(guessed.data)
    write_whole(recipe, recipe_text(_name(path), guessed.data, found))
    console.result(_value(recipe, guessed, found), _text(recipe, guessed, found))


def _name(path: Path) -> str:
    """Make a recipe's name of a file's."""
    kept = "".join(c if c.isascii() and c.isalnum() else "-" for c in path.resolve().stem.lower()).strip("-")
    return kept[:64] or "mine"


def _value(recipe: Path, guessed: "Guess", found: "Survey") -> dict[str, object]:
    return {
        "recipe": str(recipe),
        "layout": guessed.data.layout,
        "columns": dict(guessed.data.columns),
        "separator": guessed.data.separator,
        "time_format": guessed.data.time_format,
        "fold": found.fold.kind,
        "alpha": found.alpha,
        "bad_rows": found.bad_rows,
    }


def _text(recipe: Path, guessed: "Guess", found: "Survey") -> str:
    data = guessed.data
    rows = [(name, column, guessed.reasons[name]) for name, column in data.columns.items()]
    days = f", the last {found.fold.days} days" if found.fold.kind == "time" else ""
    lines = [
        f"layout: {data.layout}" if data.layout else table(("column", "in the table", "because"), rows),
        f"separator: {data.separator!r}" if data.separator else "",
        f"time_format: {data.time_format} ({guessed.reasons['time_format']})" if data.time_format else "",
        f"fold: {found.fold.kind}{days} ({found.because})",
        f"alpha of als: {found.alpha:g} (the median weight is {found.median_weight:g})" if found.alpha else "",
        f"{found.bad_rows} bad rows: warmstart data check {recipe} names them" if found.bad_rows else "",
        f"wrote {recipe}",
    ]
    return "\n".join(filter(None, lines))
