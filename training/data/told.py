"""Reads a data set, and says what of it is not learnt from."""

from collections.abc import Mapping

from training.data.tables import OnBadRow, Tables, read_tables
from training.recipe import DataSection
from training.voice import Voice


def read_told(data: DataSection, on_bad_row: OnBadRow, voice: Voice) -> Tables:
    """Read the tables, and say how many rows were set aside or left out."""
    tables = read_tables(data, on_bad_row)
    tell(tables.set_aside, tables.left_out, voice)
    return tables


def tell(set_aside: int, left_out: Mapping[str, int], voice: Voice) -> None:
    """Say how many bad rows there were, and how many good ones each key of the recipe leaves out."""
    if set_aside:
        voice.warn(f"{set_aside} bad rows set aside")
    for key, count in left_out.items():
        voice.progress(f"{count} interactions are left out by {key}")
