"""What is trained anew: a recipe in a stage's store and the folder of its tables, which an export overwrites."""

from dataclasses import replace
from pathlib import Path

from training.data.reading import files_of
from training.jobs.inputs import within
from training.recipe import Recipe, read_recipe
from warmstart.errors import Conflict, DataError, StoreUnavailable
from warmstart.store import Store

HERE = "training/retraining"
RECIPE = f"{HERE}/recipe.toml"
TABLES = f"{HERE}/data"
MOST_RECIPE_BYTES = 1 << 20
RANGE = 1 << 25  # bytes that are asked for at a time


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
    (folder / "recipe.toml").write_bytes(store.get(RECIPE, limit=MOST_RECIPE_BYTES).data)
    tables = {key: folder / "data" / key.removeprefix(f"{TABLES}/") for key in times if key.startswith(f"{TABLES}/")}
    (folder / "data").mkdir()
    for key, path in tables.items():
        _bring(store, key, path)
    if store.times(TABLES) != {key: times[key] for key in tables}:
        raise Conflict(f"{store.url}/{TABLES} is being written just now")
    recipe = read_recipe(folder / "recipe.toml")
    return replace(recipe, data=replace(recipe.data, path=folder / "data"))


def _bring(store: Store, key: str, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    size = store.size(key)
    with path.open("wb") as file:
        for start in range(0, size, RANGE):
            length = min(RANGE, size - start)
            body = store.get_range(key, start, length)
            if len(body) != length:
                raise StoreUnavailable(f"{key}: {len(body)} bytes at {start}, expected {length}")
            file.write(body)
