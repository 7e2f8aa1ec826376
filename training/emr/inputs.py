"""What a Spark job reads: interactions where they lie, or put into the store beside the recipe and the other tables."""

from collections.abc import Iterator
from pathlib import Path

from training.data.reading import files_of, locate_features
from training.jobs.inputs import DATA, RECIPE, RECIPE_FILE, Inputs, bring, put_inputs, within
from training.recipe import Recipe, read_recipe
from warmstart.store import Store

UNREAD = ("_", ".")  # names that begin so are no part of a table: Spark's own marks


def put_tables(store: Store, recipe: Recipe, address: str | None) -> tuple[Inputs, str]:
    """Put a recipe and its tables, each a file or a folder of parts.

    Args:
        store: where to.
        recipe: names them.
        address: of the interactions, where they are not the recipe's: they are not put anywhere.

    Returns:
        What was put, and the address of the interactions.

    Raises:
        DataError: there is no such table, or it lies outside the recipe's folder.
    """
    others = [place.path for place in locate_features(recipe.data) if place is not None]
    if address is not None:
        return put_inputs(store, recipe, others), address
    interactions = files_of(recipe.data)[0]
    inputs = put_inputs(store, recipe, [*_parts(interactions), *others])
    return inputs, f"{store.url.rstrip('/')}/{inputs.part(DATA)}{within(interactions, recipe.data.path)}"


def fetch_recipe(store: Store, prefix: str, interactions: str, folder: Path) -> Recipe:
    """Bring a recipe and the tables beside the interactions into a folder of the driver's, and read the recipe.

    Args:
        store: where they were put.
        prefix: under which.
        interactions: the address of those, which stay where they are.
        folder: an empty one.
    """
    (folder / DATA).mkdir()
    for key in store.keys(f"{prefix}/"):
        address = f"{store.url.rstrip('/')}/{key}"
        if address != interactions and not address.startswith(f"{interactions.rstrip('/')}/"):
            bring(store, key, folder / key.removeprefix(f"{prefix}/"))
    return read_recipe(folder / RECIPE / RECIPE_FILE).reading(folder / DATA)


def _parts(table: Path) -> Iterator[Path]:
    """Yield the files of a table."""
    if not table.is_dir():
        yield table
        return
    for path in sorted(table.rglob("*")):
        if path.is_file() and not any(name.startswith(UNREAD) for name in path.relative_to(table).parts):
            yield path
