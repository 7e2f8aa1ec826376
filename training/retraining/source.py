"""What is trained anew: a recipe in a stage's store and the folder of its tables, which an export overwrites."""

from pathlib import Path

from training.data.reading import files_of
from training.jobs.inputs import DATA, RECIPE_FILE, bring, within
from training.recipe import Recipe, read_recipe
from warmstart.errors import Conflict, DataError
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
        DataError: there is no recipe, or it is none.
        Conflict: an export is writing the tables just now.
    """
    times = store.times(HERE)
    if RECIPE not in times:
        raise DataError(f"{store.url} has no {RECIPE}: warmstart retrain put puts it there")
    (folder / DATA).mkdir()
    tables = {key: at for key, at in times.items() if key.startswith(f"{TABLES}/")}
    for key in (RECIPE, *tables):
        bring(store, key, folder / key.removeprefix(f"{HERE}/"))
    if store.times(TABLES) != tables:
        raise Conflict(f"{store.url}/{TABLES} is being written just now")
    return read_recipe(folder / RECIPE_FILE).reading(folder / DATA)
