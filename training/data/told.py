"""Reads a data set, and says what of it is not learnt from."""

from training.data.tables import OnBadRow, Tables, read_tables
from training.recipe import DataSection
from training.voice import Voice


def read_told(data: DataSection, on_bad_row: OnBadRow, voice: Voice) -> Tables:
    """Read the tables, and say how many rows were set aside or left out."""
    tables = read_tables(data, on_bad_row)
    if tables.set_aside:
        voice.warn(f"{tables.set_aside} bad rows set aside")
    for key, count in tables.left_out.items():
        voice.progress(f"{count} interactions are left out by {key}")
    return tables
