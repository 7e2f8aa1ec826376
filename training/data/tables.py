"""The tables that training reads: good rows only, under canonical names."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import polars as pl

from training.columns import ITEM_ID, USER_ID
from training.data.read_interactions import ReadTable
from training.data.reading import Reading, read
from training.recipe import DataSection
from warmstart.errors import DataError

OnBadRow = Literal["refuse", "set-aside"]


@dataclass(frozen=True)
class Tables:
    """A data set that can be learnt from; ids are Int64 or String, the same in all tables."""

    interactions: pl.DataFrame  # user_id, item_id, weight Float32, and timestamp Int64 where known, as in the file
    users: pl.DataFrame | None  # user_id and features, String or Int64, nulls allowed
    items: pl.DataFrame | None  # item_id, title String and genres List(String) where known, and features
    sha256: str  # over the bytes of the files: interactions, users, items
    set_aside: int  # bad rows
    left_out: Mapping[str, int] = field(default_factory=dict)  # key of the recipe -> interactions that it leaves out

    def described(self, name: str) -> dict[str, Any]:
        """Return what manifests say of a data set: its name, its hash, and what is not learnt from, if anything."""
        return described(name, self.sha256, self.set_aside, self.left_out)


def described(name: str, sha256: str, set_aside: int = 0, left_out: Mapping[str, int] = {}) -> dict[str, Any]:
    """Return what manifests say of a data set that was read."""
    aside = {"set_aside": set_aside, "left_out": dict(left_out)}
    return {"name": name, "sha256": sha256, **{what: counts for what, counts in aside.items() if counts}}


def read_tables(data: DataSection, on_bad_row: OnBadRow = "refuse") -> Tables:
    """Read a data set; bad rows are refused or set aside and counted, nothing is dropped in silence."""
    reading = read(data)
    if reading.bad and on_bad_row == "refuse":
        raise DataError(refusal(reading))
    nothing = nothing_to_learn(reading.interactions)
    if nothing:
        raise DataError(nothing)
    return Tables(
        interactions=reading.interactions.frame,
        users=reading.users.frame if reading.users else None,
        items=reading.items.frame if reading.items else None,
        sha256=reading.sha256,
        set_aside=reading.bad,
        left_out=reading.interactions.left_out,
    )


def refusal(reading: Reading) -> str:
    """Name the first bad row and count the others."""
    more = reading.bad - 1
    others = f"and {more} more bad row{'s' if more > 1 else ''}; " if more else ""
    return f"{reading.findings[0]} ({others}--on-bad-row set-aside to leave {'them' if more else 'it'} out)"


def nothing_to_learn(interactions: ReadTable) -> str | None:
    """Say why a table holds no difference between users or between items, if it holds none."""
    for column, called in ((USER_ID, "user"), (ITEM_ID, "item")):
        count = interactions.frame[column].n_unique()
        if count < 2:
            without = "".join(f"; {rows} are left out by {key}" for key, rows in interactions.left_out.items())
            found = f"{'one' if count else 'no'} {called} in all good rows"
            return f"{interactions.name}: nothing to learn from, {found}{without}"
    return None
