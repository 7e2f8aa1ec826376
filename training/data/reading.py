"""A data set read whole, with all that is wrong in it."""

from dataclasses import dataclass
from pathlib import Path

from training.columns import ITEM_ID, USER_ID
from training.data.files import fingerprint
from training.data.layouts import LAYOUTS, PLAIN, Layout
from training.data.place import Place, locate
from training.data.read_features import read_items, read_users
from training.data.read_interactions import ReadTable, read_interactions
from training.data.sieve import Finding
from training.recipe import DataSection
from warmstart.errors import DataError


@dataclass(frozen=True)
class Reading:
    """The tables of a data set."""

    interactions: ReadTable
    users: ReadTable | None
    items: ReadTable | None
    sha256: str

    @property
    def tables(self) -> list[ReadTable]:
        """The tables that exist."""
        return [table for table in (self.interactions, self.users, self.items) if table is not None]

    @property
    def findings(self) -> list[Finding]:
        """What is wrong, table after table."""
        return [finding for table in self.tables for finding in table.findings]

    @property
    def bad(self) -> int:
        """How many rows are bad, in all tables."""
        return sum(table.bad for table in self.tables)


def read(data: DataSection) -> Reading:
    """Read the tables of a data section; whether bad rows matter is for the caller to say."""
    place = _interactions(data)
    users, items = locate_features(data)
    table = read_interactions(place, data)
    return Reading(
        interactions=table,
        users=read_users(users, data, table.frame[USER_ID].dtype) if users else None,
        items=read_items(items, data, table.frame[ITEM_ID].dtype) if items else None,
        sha256=fingerprint([found.path for found in (place, users, items) if found]),
    )


def locate_features(data: DataSection) -> tuple[Place | None, Place | None]:
    """Find the tables of users and items, where there are any."""
    folder, layout = data.path, _layout(data)
    users = locate(folder, data.users, layout.users, data.separator)
    if users is None and data.segments:
        raise DataError(f"{folder} holds no {' or '.join(layout.users.names)}, which the recipe's segments need")
    return users, locate(folder, data.items, layout.items, data.separator)


def files_of(data: DataSection) -> list[Path]:
    """Return the files that hold the tables: interactions, then users and items where there are any."""
    layout = _layout(data)
    named = ((data.users, layout.users), (data.items, layout.items))
    others = (locate(data.path, name, spec) for name, spec in named)
    return [place.path for place in (_interactions(data), *others) if place is not None]


def read_only_interactions(data: DataSection) -> ReadTable:
    """Read the interactions, and neither users nor items."""
    return read_interactions(_interactions(data), data)


def _layout(data: DataSection) -> Layout:
    return LAYOUTS[data.layout] if data.layout else PLAIN


def _interactions(data: DataSection) -> Place:
    if not data.path.is_dir():
        raise DataError(f"{data.path}: no such directory")
    spec = _layout(data).interactions
    place = locate(data.path, data.interactions, spec, data.separator)
    if place is None:
        raise DataError(f"{data.path} holds no {' or '.join(spec.names)}")
    return place
