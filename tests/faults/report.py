"""The table that people read."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from tests.faults.case import Case
from tests.faults.rows import ROWS

HEAD = """# What happens when something is wrong

Written by `make reliability` (`python -m tests.faults`), which makes every fault happen: a client asks the local
gateway, which asks the real authorizer and the real handlers under `awslambdaric`, which read S3 over HTTP through a
proxy that cuts, changes, delays and refuses. Events that no gateway sends go to the same processes directly.
`tests/faults` holds each line to what is expected; figures are of one run on a shared machine and are held to nothing.

{summary}
"""
TABLE = ("| case | expected | seen |", "|---|---|---|")


class Line(NamedTuple):
    """One case and what came of it."""

    case: Case
    seen: str
    figures: str

    @property
    def good(self) -> bool:
        """Whether it came as expected."""
        return self.seen == self.case.expected


def document(lines: Sequence[Line]) -> str:
    """Lay out everything, row by row; what differs is in bold."""
    differing = sum(not line.good for line in lines)
    summary = f"{len(lines)} cases, {differing} of them not as expected."
    return "\n".join([HEAD.format(summary=summary), *_rows(lines)]).rstrip() + "\n"


def _rows(lines: Iterable[Line]) -> Iterator[str]:
    by_row: dict[str, list[Line]] = {}
    for line in lines:
        by_row.setdefault(line.case.row, []).append(line)
    for row, meaning in ROWS.items():
        yield from (f"## {row[0].upper()}{row[1:]}", "", f"{meaning[0].upper()}{meaning[1:]}.", "", *TABLE)
        yield from map(_cells, by_row.get(row, ()))
        yield ""


def _cells(line: Line) -> str:
    seen = _safe(line.seen) if line.good else f"**{_safe(line.seen)}**"
    figures = f" ({_safe(line.figures)})" if line.figures else ""
    return f"| {_safe(line.case.name)} | {_safe(line.case.expected)} | {seen}{figures} |"


def _safe(text: str) -> str:
    plain = "".join(c if c.isprintable() else "?" for c in text.replace("|", "\\|"))
    return plain.replace("<", "&lt;").replace("*", "\\*")
