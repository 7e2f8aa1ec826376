"""Which file a table is in, and which of its columns is which."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from training.data.files import column_names
from training.data.layouts import LAYOUTS, TableFile
from training.recipe import DataSection
from warmstart.errors import DataError


@dataclass(frozen=True)
class Place:
    """A table's file and how it is written."""

    path: Path
    spec: TableFile
    known: tuple[str, ...] = ()  # its columns, where somebody has read them already

    @property
    def there(self) -> Sequence[str]:
        """Return the names of the file's columns."""
        return self.known or column_names(self.path, self.spec)

    def columns(self, canonical: Sequence[str], data: DataSection) -> dict[str, str]:
        """Map canonical names to the file's, as far as it has them: as recipe or layout say, or as they are."""
        there = set(self.there) - set(data.ignore)
        found = {name: next((n for n in (self.said(name, data), name) if n in there), None) for name in canonical}
        return {name: column for name, column in found.items() if column is not None}

    def said(self, name: str, data: DataSection) -> str | None:
        """Give the name that the recipe, or else the layout, has for a canonical one."""
        return data.columns.get(name) or self.spec.columns.get(name)

    def missing(self, column: str) -> DataError:
        """Make the error for a column that is not there."""
        there = ", ".join(self.there)[:200]
        return DataError(f"{self.path.name}, line 1: no column {column}; there are {there}")


def locate(folder: Path, named: str | None, spec: TableFile, separator: str | None = None) -> Place | None:
    """Find a table's file; one that a recipe names must exist. A .tsv has tabs unless the recipe has a separator."""
    names = (named,) if named else spec.names
    path = next((folder / name for name in names if (folder / name).exists()), None)
    if path is None and named:
        raise DataError(f"{folder / named}: no such file")
    if path is None:
        return None
    if path.suffix == ".parquet":
        return Place(path, replace(spec, header=(), flags=()))
    return Place(path, replace(spec, separator=separator or ("\t" if path.suffix == ".tsv" else spec.separator)))


def detect(folder: Path) -> str | None:
    """Name the layout of a folder by its files, and KION's by the header of its interactions."""
    for name, layout in LAYOUTS.items():
        place = locate(folder, None, layout.interactions)
        if place is not None and (place.spec.header or _has_all_columns(place)):
            return name
    return None


def _has_all_columns(place: Place) -> bool:
    return set(place.spec.columns.values()) <= set(column_names(place.path, place.spec))
