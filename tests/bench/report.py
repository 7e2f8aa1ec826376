"""The table of figures, for a terminal and for a page, and below it where the time goes."""

from collections.abc import Iterator, Mapping, Sequence

from tests.bench.figures import Amount, Figure

HEADERS = ("figure", "ms", "against", "ms", "ratio", "bound", "ms", "times", "goal", "")
TO_THE_RIGHT = (False, True, False, True, True, False, True, True, False, False)
OF_IT = "· "  # in a page, where a name's leading spaces would be lost


def report(figures: Sequence[Figure | Amount], skipped: Mapping[str, str]) -> str:
    """Lay out all figures, then their parts, then what was skipped and why."""
    lines = [*_table(figures), *(line for figure in figures for line in _parts(figure))]
    return "\n".join([*lines, *(f"skipped {name}: {reason}" for name, reason in skipped.items())])


def markdown(figures: Sequence[Figure | Amount]) -> str:
    """Lay out all figures as a table of a page, then their parts."""
    rows = [_row(figure) for figure in figures]
    named = [(OF_IT + name.strip() if name.startswith(" ") else name, *cells) for name, *cells in rows]
    below = ["---:" if right else "---" for right in TO_THE_RIGHT]
    table = [f"| {' | '.join(row)} |" for row in (HEADERS, below, *named)]
    parts = "\n".join(line for figure in figures for line in _parts(figure)).strip()
    return "\n".join([*table, *(["", "```", parts, "```"] if parts else [])])


def _table(figures: Sequence[Figure | Amount]) -> Iterator[str]:
    rows = [HEADERS, *map(_row, figures)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        aligned = (cell.rjust(w) if r else cell.ljust(w) for cell, w, r in zip(row, widths, TO_THE_RIGHT, strict=True))
        yield "  ".join(aligned).rstrip()


def _row(figure: Figure | Amount) -> tuple[str, ...]:
    if isinstance(figure, Amount):
        return figure.name, _amount(figure), "", "", "", "", "", "", figure.goal, figure.verdict
    peer = figure.peer, _ms(figure.peer_ms), f"{figure.ratio:.2f}"
    if figure.bound_ms is None or figure.times_bound is None:
        return figure.name, _ms(figure.ms), *peer, "", "", "", figure.goal, figure.verdict
    bound = figure.bound, _ms(figure.bound_ms), f"{figure.times_bound:.2f}"
    return figure.name, _ms(figure.ms), *peer, *bound, figure.goal, figure.verdict


def _parts(figure: Figure | Amount) -> Iterator[str]:
    if isinstance(figure, Amount) or not figure.parts:
        return
    yield f"\n{figure.name}: where the time goes, ms"
    width = max(map(len, figure.parts))
    for name, ms in figure.parts.items():
        yield f"  {name.ljust(width)}  {_ms(ms):>9}"


def _ms(ms: float) -> str:
    return f"{ms:.3f}" if ms < 10 else f"{ms:.0f}"


def _amount(amount: Amount) -> str:
    return f"{amount.amount:.4g} {amount.unit}".rstrip()
