"""Which file a table is in, and which of its columns is which."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from training.data.files import column_names
from training.data.layouts import TableFile
from training.recipe import DataSection
from warmstart.errors import DataError


@dataclass(frozen=True)
class Place:
    """A table's file and how it is written."""

    path: Path
    spec: TableFile

    def columns(self, canonical: Sequence[str], data: DataSection) -> dict[str, str]:
        """Map canonical names to the file's: as the recipe says, as the layout says, or as they are."""
        there = column_names(self.path, self.spec)
        called = {name: (data.columns.get(name), self.spec.columns.get(name), name) for name in canonical}
        found = {name: next((n for n in names if n in there), None) for name, names in called.items()}
        return {name: column for name, column in found.items() if column is not None}

    def require(self, found: dict[str, str], needed: Sequence[str], data: DataSection) -> None:
        """Raise DataError unless the needed columns were found, under the name that the recipe or layout gives."""
        for name in needed:
            wanted = data.columns.get(name) or self.spec.columns.get(name) or name
            if found.get(name) != wanted and not (name in found and name not in data.columns):
                there = ", ".join(column_names(self.path, self.spec))[:200]
                raise DataError(f"{self.path.name}, line 1: no column {wanted}; there are {there}")


def locate(folder: Path, named: str | None, spec: TableFile) -> Place | None:
    """Find a table's file; one that a recipe names must exist."""
    names = (named,) if named else spec.names
    path = next((folder / name for name in names if (folder / name).exists()), None)
    if path is None and named:
        raise DataError(f"{folder / named}: no such file")
    if path is None:
        return None
    return Place(path, replace(spec, header=(), flags=()) if path.suffix == ".parquet" else spec)
