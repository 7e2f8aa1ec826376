"""What is trained anew: a recipe in a stage's store and the folder of its tables, which an export overwrites."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from training.data.reading import files_of
from training.jobs.inputs import DATA, RECIPE_FILE, bring, within
from training.recipe import Recipe, read_recipe
from warmstart.errors import Conflict, DataError, KeyMissing
from warmstart.store import Store

HERE = "training/retraining"
RECIPE = f"{HERE}/{RECIPE_FILE}"
TABLES = f"{HERE}/{DATA}"


def put_source(store: Store, recipe: Recipe) -> None:
    """Put a recipe and its tables where every later run finds them.

    Raises:
        DataError: there is no such table, or it lies outside the recipe's folder.
    """
    for path in files_of(recipe.data):
        store.put(f"{TABLES}/{within(path, recipe.data.path)}", path)
    store.put(RECIPE, recipe.path)


def bring_source(store: Store, folder: Path) -> Recipe:
    """Bring both into a folder; return the recipe with its tables there.

    Raises:
        DataError: there is no recipe, or it is none, or it names a table outside of the tables' folder.
        Conflict: an export is writing the tables just now.
    """
    times = store.times(HERE)
    if RECIPE not in times:
        raise DataError(f"{store.url} has no {RECIPE}: warmstart retrain put puts it there")
    tables = _tables(times)
    (folder / DATA).mkdir()
    try:
        for key in (RECIPE, *tables):
            bring(store, key, folder / key.removeprefix(f"{HERE}/"))
    except KeyMissing:
        raise _being_written(store) from None
    if _tables(store.times(TABLES)) != tables:
        raise _being_written(store)
    recipe = read_recipe(folder / RECIPE_FILE).reading(folder / DATA)
    for path in files_of(recipe.data):
        within(path, recipe.data.path)  # before anything of it is read
    return recipe


def _tables(times: Mapping[str, datetime]) -> dict[str, datetime]:
    """Return what lies in the folder: the folder itself can be an object, too, where a console made it."""
    return {key: time for key, time in times.items() if key.startswith(f"{TABLES}/")}


def _being_written(store: Store) -> Conflict:
    return Conflict(f"{store.url}/{TABLES} is being written just now")
