"""The tables of users and items, read on the driver: they are as long as there are users and items, not events."""

from dataclasses import dataclass

import polars as pl
from pyspark.sql.types import LongType, StructType

from training.columns import ITEM_ID, USER_ID
from training.data.files import fingerprint
from training.data.read_features import read_items, read_users
from training.data.reading import locate_features
from training.data.tables import OnBadRow
from training.recipe import DataSection
from warmstart.errors import DataError

_IDS = (USER_ID, ITEM_ID)


@dataclass(frozen=True)
class Beside:
    """What is known of users and items, as `Tables` has it."""

    users: pl.DataFrame | None
    items: pl.DataFrame | None
    bad: int  # rows that were set aside
    sha256: str


def read_beside(data: DataSection, schema: StructType, on_bad_row: OnBadRow) -> Beside:
    """Read both, as far as they are there, with ids of the types that they have in the interactions."""
    types = {name: pl.Int64() if isinstance(schema[name].dataType, LongType) else pl.String() for name in _IDS}
    users, items = locate_features(data)
    read_both = (
        read_users(users, data, types[USER_ID]) if users else None,
        read_items(items, data, types[ITEM_ID]) if items else None,
    )
    found = [table for table in read_both if table is not None]
    bad = sum(table.bad for table in found)
    if bad and on_bad_row == "refuse":
        first = next(finding for table in found for finding in table.findings)
        raise DataError(f"{first} (of {bad} bad rows; --on-bad-row set-aside to leave them out)")
    users_read, items_read = (table.frame if table else None for table in read_both)
    return Beside(users_read, items_read, bad, fingerprint([place.path for place in (users, items) if place]))
