"""The table that people read, and below it where the time goes."""

from collections.abc import Iterator, Mapping, Sequence

from tests.bench.figures import Amount, Figure

HEADERS = ("figure", "ms", "against", "ms", "ratio", "goal", "")
TO_THE_RIGHT = (False, True, False, True, True, False, False)


def report(figures: Sequence[Figure | Amount], skipped: Mapping[str, str]) -> str:
    """Lay out all figures, then their parts, then what was skipped and why."""
    lines = [*_table(figures), *(line for figure in figures for line in _parts(figure))]
    return "\n".join([*lines, *(f"skipped {name}: {reason}" for name, reason in skipped.items())])


def _table(figures: Sequence[Figure | Amount]) -> Iterator[str]:
    rows = [HEADERS, *map(_row, figures)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        aligned = (cell.rjust(w) if r else cell.ljust(w) for cell, w, r in zip(row, widths, TO_THE_RIGHT, strict=True))
        yield "  ".join(aligned).rstrip()


def _row(figure: Figure | Amount) -> tuple[str, ...]:
    if isinstance(figure, Amount):
        return figure.name, _amount(figure), "", "", "", figure.goal, figure.verdict
    ratio = f"{figure.ratio:.2f}"
    return figure.name, _ms(figure.ms), figure.peer, _ms(figure.peer_ms), ratio, figure.goal, figure.verdict


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
