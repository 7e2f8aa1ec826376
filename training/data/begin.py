"""A table or a folder that no recipe describes yet."""

from pathlib import Path

from training.data.guess import Guess, Said, guess
from training.data.layouts import LAYOUTS, PLAIN
from training.data.place import detect, locate
from training.recipe import DataSection
from warmstart.errors import DataError


def begin(path: Path, said: Said | None = None) -> Guess:
    """Describe a folder by its layout, or the table that it or the path names by its columns."""
    if not path.is_dir():
        return guess(path, said)
    layout = detect(path)
    if layout is None:
        return guess(_interactions(path), said)
    if said not in (None, Said()):
        raise DataError(f"{path} has the layout {layout}, whose columns are known: leave out the options of columns")
    users = locate(path, None, LAYOUTS[layout].users)
    segments = LAYOUTS[layout].segments if users else ()
    return Guess(DataSection(path, layout, None, None, None, {}, None, segments), {})


def _interactions(folder: Path) -> Path:
    place = locate(folder, None, PLAIN.interactions)
    if place is None:
        known, names = ", ".join(LAYOUTS), " or ".join(PLAIN.interactions.names)
        raise DataError(f"{folder} has no known layout ({known}) and holds no {names}: name a table in it instead")
    return place.path
