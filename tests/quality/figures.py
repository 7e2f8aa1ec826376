"""What a quality run hands back: a model's metrics beside the goal and what others have published."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from training.recipe import ModelSection
from training.section import Setting


@dataclass(frozen=True)
class Entrant:
    """A model, its settings, and what it is held to."""

    name: str
    params: Mapping[str, Setting] = field(default_factory=dict)
    algorithm: str | None = None  # that of the name unless said
    goal: float | None = None  # at least this; None where the number only informs
    published: float | None = None
    stages: tuple["Entrant", ...] = ()  # what it ranks again

    @property
    def section(self) -> ModelSection:
        """Return it as a recipe would have it."""
        algorithm = self.algorithm or self.name
        return ModelSection(algorithm, algorithm, self.params, tuple(stage.section for stage in self.stages))


@dataclass(frozen=True)
class Figure:
    """One model on one data set."""

    model: str
    metrics: Mapping[str, float]  # the first is held to the goal
    seconds: float  # wall clock: fits, drafts and answers
    goal: float | None = None
    published: float | None = None
    beside: Mapping[str, float | None] = field(default_factory=dict)  # more numbers, which are held to nothing

    @classmethod
    def of(cls, entrant: Entrant, metrics: Mapping[str, float], seconds: float) -> "Figure":
        """Set what was measured beside what it is held to."""
        return cls(entrant.name, metrics, seconds, entrant.goal, entrant.published)

    @property
    def verdict(self) -> str:
        """Return whether the goal was met, and by how much."""
        if self.goal is None:
            return "-"
        over = next(iter(self.metrics.values())) - self.goal
        return f"met by {over:.5f}" if over >= 0 else f"missed by {-over:.5f}"

    def to_json(self) -> dict[str, Any]:
        """Return everything, verdict included, as plain values."""
        return {**asdict(self), "verdict": self.verdict}


def table(figures: Sequence[Figure]) -> str:
    """Lay out the figures of one data set, the first metric as what goal and published number are about."""
    names = [*figures[0].metrics, *figures[0].beside] if figures else []
    rows = [("model", *names, "goal", "published", "", "seconds"), *map(_row, figures)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(_aligned(row, widths)).rstrip() for row in rows)


def _row(figure: Figure) -> tuple[str, ...]:
    numbers = (*figure.metrics.values(), *figure.beside.values(), figure.goal, figure.published)
    return (
        figure.model,
        *("-" if value is None else f"{value:.4f}" for value in numbers),
        figure.verdict,
        f"{figure.seconds:.1f}",
    )


def _aligned(row: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
    words = (0, len(row) - 2)  # the places of model and verdict
    for place, (cell, width) in enumerate(zip(row, widths, strict=True)):
        yield cell.ljust(width) if place in words else cell.rjust(width)
