"""What stands between the values of a line, told from the first lines."""

from itertools import islice
from pathlib import Path

from training.data import lines
from training.data.files import refuse_what_is_no_table
from training.data.layouts import TableFile

SEPARATORS = (",", ";", "\t", "|")
_LINES = 20


def sniff(table: Path) -> str:
    """Take the separator that cuts the header as the lines below and into the most columns; a comma if none does."""
    refuse_what_is_no_table(table)
    if table.suffix == ".parquet":
        return ","
    return max(SEPARATORS, key=lambda separator: _cut(table, separator))


def _cut(table: Path, separator: str) -> tuple[bool, int]:
    """Tell whether the first lines are cut into the same number of columns, over one, and the header's number."""
    records = islice(lines.records(table, TableFile((table.name,), separator=separator)), _LINES)
    widths = [len(values) for _, values in records] or [1]
    return widths[0] > 1 and len(set(widths)) == 1, widths[0]
