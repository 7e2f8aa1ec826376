"""Catalogues made of small tables, opened as their function opens them."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl

from functions.catalogue.catalogue import Catalogue
from tests.training.datasets import recipe, tables
from training.data.tables import Tables
from training.recipe import ModelSection
from training.train import Training

POPULAR = ModelSection("popular", "popular", {})
HOSTILE = "<img src=x onerror=alert(1)>\n\0\u202e\u200f\"'\\"


def films(titles: Sequence[str | None], *, genres: Sequence[list[str]] = ()) -> Tables:
    """Make tables of items 1, 2, ... with these titles; each has one user less than the one before."""
    n = len(titles)
    users, items = zip(*((user, item) for item in range(1, n + 1) for user in range(n + 2 - item)), strict=True)
    described: dict[str, object] = {"item_id": range(1, n + 1), "title": titles}
    return tables(users, items, catalogue=pl.DataFrame(described | ({"genres": genres} if genres else {})))


def catalogue_of(made: Tables, folder: Path) -> Catalogue:
    """Seal a catalogue of tables and open it."""
    draft = Training(recipe(POPULAR), made).catalogue
    return Catalogue.open(folder, draft.seal(folder))


def found(catalogue: Catalogue, query: str) -> list[int | str]:
    """Return the ids that a query finds, in order."""
    return [item.item_id for item in catalogue.items(catalogue.find(query))]


def people(values: Mapping[str, Sequence[str | None]]) -> pl.DataFrame:
    """Make a users table of users 0, 1, ..."""
    return pl.DataFrame({"user_id": range(len(next(iter(values.values())))), **values})
