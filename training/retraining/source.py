"""What is trained anew: a recipe in a stage's store and the folder of its tables, which an export overwrites."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from training.data.reading import files_of
from training.jobs.inputs import within
from training.recipe import Recipe, read_recipe
from warmstart.errors import Conflict, DataError, KeyMissing, StoreUnavailable
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
        DataError: there is no recipe, or it is none, or it names a table outside of the tables' folder.
        Conflict: an export is writing the tables just now.
    """
    times = store.times(HERE)
    if RECIPE not in times:
        raise DataError(f"{store.url} has no {RECIPE}: warmstart retrain put puts it there")
    (folder / "recipe.toml").write_bytes(store.get(RECIPE, limit=MOST_RECIPE_BYTES).data)
    tables = _tables(times)
    (folder / "data").mkdir()
    try:
        for key in tables:
            _bring(store, key, folder / "data" / key.removeprefix(f"{TABLES}/"))
    except KeyMissing:
        raise _being_written(store) from None
    if _tables(store.times(TABLES)) != tables:
        raise _being_written(store)
    recipe = read_recipe(folder / "recipe.toml")
    recipe = replace(recipe, data=replace(recipe.data, path=folder / "data"))
    for path in files_of(recipe.data):
        within(path, recipe.data.path)  # before anything of it is read
    return recipe


def _tables(times: Mapping[str, datetime]) -> dict[str, datetime]:
    """Return what lies in the folder: the folder itself can be an object, too, where a console made it."""
    return {key: time for key, time in times.items() if key.startswith(f"{TABLES}/")}


def _being_written(store: Store) -> Conflict:
    return Conflict(f"{store.url}/{TABLES} is being written just now")


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
