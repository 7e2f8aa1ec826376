"""How a model is told from the others: by colour, by shape and by dash, so that no eye needs all three."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

COLOURS = 7  # .c0 to .c6 in report.css; baselines are grey
SHAPES = (
    "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0z",  # circle
    "M-3.6-3.6h7.2v7.2h-7.2z",  # square
    "M0-4.8L4.6 3.4h-9.2z",  # triangle
    "M0-5L5 0L0 5L-5 0z",  # diamond
    "M0 4.8L4.6-3.4h-9.2z",  # triangle, point down
    "M-1.5-4.5h3v3h3v3h-3v3h-3v-3h-3v-3h3z",  # plus
)
DASHES = ("", "5 3", "1.5 3", "7 3 1.5 3")


class Look(NamedTuple):
    """A class of the style sheet, a path around 0 0, and a dash pattern."""

    colour: str
    shape: str
    dash: str


class Named(Protocol):
    """A model of a table."""

    @property
    def name(self) -> str:
        """Return what it is called."""
        ...

    @property
    def role(self) -> str:
        """Return "baseline" or "candidate"."""
        ...


def looks_of(models: Sequence[Named]) -> Mapping[str, Look]:
    """Give each model a look; the first 21 candidates have one of their own."""
    baselines = [model.name for model in models if model.role == "baseline"]
    candidates = [model.name for model in models if model.role != "baseline"]
    grey = {name: Look("base", SHAPES[n % 6], DASHES[1 + n % 3]) for n, name in enumerate(baselines)}
    coloured = {
        name: Look(f"c{n % COLOURS}", SHAPES[(n + n // COLOURS) % 6], DASHES[(n // COLOURS) % 4])
        for n, name in enumerate(candidates)
    }
    return {**grey, **coloured}
