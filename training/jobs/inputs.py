"""What a job reads, put into the store under a name that tells its content, and brought from there."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from training.data.files import fingerprint
from training.recipe import Recipe
from warmstart.errors import DataError, StoreError, StoreUnavailable
from warmstart.store import Store

INPUTS = "training/inputs"
RECIPE, DATA = "recipe", "data"  # the parts
RECIPE_FILE = "recipe.toml"
RANGE = 1 << 25  # bytes that are asked for at a time


class Inputs(NamedTuple):
    """A recipe and its tables in the store."""

    prefix: str
    digest: str

    def part(self, name: str) -> str:
        """Return the prefix of one of the two."""
        return f"{self.prefix}/{name}/"


def put_inputs(store: Store, recipe: Recipe, tables: Sequence[Path]) -> Inputs:
    """Put a recipe's file and the files of its tables.

    The same is not put twice.

    Raises:
        DataError: a table lies outside the recipe's folder.
    """
    files = {f"{RECIPE}/{RECIPE_FILE}": recipe.path}
    files |= {f"{DATA}/{within(path, recipe.data.path)}": path for path in tables}
    named = "\n".join(f"{fingerprint([path])} {name}" for name, path in files.items())
    digest = hashlib.sha256(named.encode()).hexdigest()
    inputs = Inputs(f"{INPUTS}/{digest[:32]}", digest)
    for name, path in files.items():
        key = f"{inputs.prefix}/{name}"
        if not _is_there(store, key, path):
            store.put(key, path)
    return inputs


def bring(store: Store, key: str, path: Path) -> None:
    """Bring an object into a file, however large it is, and make its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    size = store.size(key)
    with path.open("wb") as file:
        for start in range(0, size, RANGE):
            length = min(RANGE, size - start)
            body = store.get_range(key, start, length)
            if len(body) != length:
                raise StoreUnavailable(f"{key}: {len(body)} bytes at {start}, expected {length}")
            file.write(body)


def within(path: Path, folder: Path) -> str:
    """Return where a file lies in a folder; DataError where it lies outside."""
    try:
        return path.resolve().relative_to(folder.resolve()).as_posix()
    except ValueError:
        raise DataError(f"{path} lies outside {folder}: a job is given that folder alone") from None


def _is_there(store: Store, key: str, path: Path) -> bool:
    try:
        return store.size(key) == path.stat().st_size
    except StoreError:
        return False
