"""What a job reads is put under a name that tells its content, and nothing but the recipe's tables goes there."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.training.datasets import board_file
from training.data.reading import files_of, read
from training.jobs.inputs import put_inputs
from training.recipe import Recipe, read_recipe
from warmstart.errors import DataError
from warmstart.store import Store, open_store


@pytest.fixture
def recipe(tmp_path: Path) -> Recipe:
    """Return a recipe over a table that lies beside something secret."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "secret.env").write_text("KEY=1")
    return read_recipe(board_file(tmp_path / "data"))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Return an empty store."""
    return open_store(str(tmp_path / "store"))


def test_the_recipe_and_its_tables_are_put(recipe: Recipe, store: Store) -> None:
    """Byte for byte, and no other file of the folder."""
    inputs = put_inputs(store, recipe, files_of(recipe.data))
    table = recipe.data.path / "interactions.csv"
    assert store.keys("training/") == [f"{inputs.prefix}/data/interactions.csv", f"{inputs.prefix}/recipe/recipe.toml"]
    assert store.get(f"{inputs.part('data')}interactions.csv", limit=1 << 20).data == table.read_bytes()
    assert store.get(f"{inputs.part('recipe')}recipe.toml", limit=1 << 20).data == recipe.path.read_bytes()


def test_the_same_is_not_put_twice(recipe: Recipe, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was put whole stays; what another has cut short is put again."""
    inputs = put_inputs(store, recipe, files_of(recipe.data))
    store.put(f"{inputs.prefix}/recipe/recipe.toml", b"cut")
    put, keys = store.put, list[str]()
    monkeypatch.setattr(store, "put", lambda key, content: (keys.append(key), put(key, content)))
    assert put_inputs(store, recipe, files_of(recipe.data)) == inputs
    assert keys == [f"{inputs.prefix}/recipe/recipe.toml"]


def test_other_tables_are_other_inputs(recipe: Recipe, store: Store) -> None:
    """A row more, or another setting, has a place of its own."""
    first = put_inputs(store, recipe, files_of(recipe.data))
    recipe.path.write_text(recipe.path.read_text() + "[models.popular]\n")
    second = put_inputs(store, recipe, files_of(recipe.data))
    with (recipe.data.path / "interactions.csv").open("a") as table:
        table.write("1,3,1.0,1700000000\n")
    assert len({first, second, put_inputs(store, recipe, files_of(recipe.data))}) == 3


def test_a_table_outside_the_folder_is_refused(recipe: Recipe, store: Store, tmp_path: Path) -> None:
    """A job is given one folder, and its names lead nowhere else."""
    (tmp_path / "other.csv").write_bytes((recipe.data.path / "interactions.csv").read_bytes())
    outside = replace(recipe, data=replace(recipe.data, interactions="../other.csv"))
    with pytest.raises(DataError, match="lies outside"):
        put_inputs(store, outside, files_of(outside.data))
    assert store.keys("training/") == []


def test_the_files_are_those_that_are_read(recipe: Recipe) -> None:
    """Interactions, users and items, as far as there are any."""
    for name in ("users", "items"):
        (recipe.data.path / f"{name}.csv").write_text(f"{name[:-1]}_id,a\n1,x\n")
    files = files_of(recipe.data)
    assert [path.name for path in files] == ["interactions.csv", "users.csv", "items.csv"]
    assert [table.name for table in read(recipe.data).tables] == [path.name for path in files]
