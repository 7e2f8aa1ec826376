"""The tables of users and items: an id, and what is known of it."""

from collections.abc import Mapping

import polars as pl

from training.columns import GENRES, ITEM_ID, TITLE, USER_ID
from training.data.casts import Cast, cast_feature, cast_genres, cast_ids, cast_text
from training.data.files import column_names
from training.data.place import Place
from training.data.read_interactions import ReadTable, sieve_of, sifted
from training.data.sieve import Sieve
from training.recipe import DataSection
from warmstart.errors import DataError


def read_users(place: Place, data: DataSection, ids: pl.DataType) -> ReadTable:
    """Read the users, with ids of the type that they have in the interactions."""
    names = place.columns((USER_ID,), data)
    if USER_ID not in names:
        raise place.missing(place.said(USER_ID, data) or USER_ID)
    sieve, others = _open(place, names, data)
    kept = {USER_ID: _ids(sieve, names[USER_ID], ids), **{name: _feature(sieve, name) for name in others}}
    missing = [name for name in data.segments if name not in kept]
    if missing:
        raise DataError(f"{place.path.name}, line 1: no column {missing[0]}, which the recipe's segments name")
    return sifted(sieve, kept)


def read_items(place: Place, data: DataSection, ids: pl.DataType) -> ReadTable:
    """Read the items, with ids of the type that they have in the interactions."""
    names = place.columns((ITEM_ID, TITLE, GENRES), data)
    if ITEM_ID not in names:
        raise place.missing(place.said(ITEM_ID, data) or ITEM_ID)
    sieve, others = _open(place, names, data)
    kept = {ITEM_ID: _ids(sieve, names[ITEM_ID], ids)}
    if TITLE in names:
        kept[TITLE] = sieve.take(names[TITLE], lambda column: Cast(cast_text(column), {}))
    if GENRES in names:
        kept[GENRES] = sieve.take(names[GENRES], lambda column: Cast(cast_genres(column), {}))
    elif place.spec.flags:
        kept[GENRES] = _flagged(sieve.raw.frame, place.spec.flags)
    flags = set(place.spec.flags)
    return sifted(sieve, kept | {name: _feature(sieve, name) for name in others if name not in flags})


def _open(place: Place, names: Mapping[str, str], data: DataSection) -> tuple[Sieve, list[str]]:
    """Read a table of features; say which columns are features without a canonical name."""
    unread = {*place.spec.unused, *data.ignore}
    there = [name for name in column_names(place.path, place.spec) if name not in unread]
    return sieve_of(place, there), [name for name in there if name not in names.values()]


def _ids(sieve: Sieve, column: str, like: pl.DataType) -> pl.Series:
    """Take ids, of which each may stand there once."""
    ids = sieve.take(column, lambda raw: cast_ids(raw, like))
    sieve.refuse(column, {"a second row for this id": ~ids.is_first_distinct() & ids.is_not_null()})
    return ids


def _feature(sieve: Sieve, column: str) -> pl.Series:
    """Take a feature, in the words that the layout gives its values."""
    recode = sieve.raw.spec.recode.get(column)
    if recode is None:
        return sieve.take(column, lambda raw: Cast(cast_feature(raw), {}))
    return sieve.take(column, lambda raw: Cast(cast_text(raw).replace(recode), {}))


def _flagged(frame: pl.DataFrame, flags: tuple[str, ...]) -> pl.Series:
    """Turn a column of 0 and 1 for each genre into one of lists."""
    named = [pl.when(pl.col(flag) == "1").then(pl.lit(flag)) for flag in flags]
    return frame.select(pl.concat_list(named).list.drop_nulls().alias(GENRES)).to_series()
