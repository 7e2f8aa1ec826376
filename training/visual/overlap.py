"""How alike models' lists are, for one user and for many."""

from collections.abc import Sequence
from itertools import combinations

from training.visual.views import ModelList, Overlap


def overlaps_of(models: Sequence[ModelList]) -> tuple[Overlap, ...]:
    """Compare each pair of lists; two empty ones have nothing in common."""
    held = {made.model: {entry.item.item_id for entry in made.items} for made in models}
    return tuple(
        Overlap((one, other), len(a & b), len(a & b) / max(len(a | b), 1))
        for (one, a), (other, b) in combinations(held.items(), 2)
    )


def mean_of(overlaps: Sequence[Sequence[Overlap]]) -> tuple[Overlap, ...]:
    """Return each pair's mean over users, who all have the same pairs."""
    return tuple(
        Overlap(
            of_pair[0].models,
            sum(overlap.shared for overlap in of_pair) / len(of_pair),
            sum(overlap.jaccard for overlap in of_pair) / len(of_pair),
        )
        for of_pair in zip(*overlaps, strict=True)
    )
