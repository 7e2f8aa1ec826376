"""A pool of small sealed drafts, each of which answers as no other does."""

from collections.abc import Sequence
from itertools import permutations
from pathlib import Path
from typing import NamedTuple

import numpy as np

from tests.layers.artifacts import COLD, N_ITEMS, DotScorer, Spec, seen_by, user, write_draft
from warmstart.ids import Id
from warmstart.manifest import Manifest
from warmstart.recommender import Ask, Recommender

POOL = 8
MODEL = "als"
ORDERS = list(permutations(range(4)))  # of the four items of a parity that a user has not seen


class Draft(NamedTuple):
    """A sealed folder, its manifest as bytes, and what its version must answer."""

    folder: Path
    manifest: Manifest
    data: bytes
    answers: tuple[list[Id], ...]


def make_pool(folder: Path) -> list[Draft]:
    """Write drafts, two days apart, oldest first; the last is the first one's twin: same version, other manifest."""
    specs = [_spec(number, 0) for number in range(POOL)] + [_spec(0, 1)]
    pool = [_make(folder / f"draft-{number}", spec) for number, spec in enumerate(specs)]
    for part in range(2):  # half of one version and half of another never look like one
        assert len({tuple(draft.answers[part]) for draft in pool[:POOL]}) == POOL
    assert pool[0].manifest.version == pool[-1].manifest.version
    assert pool[0].data != pool[-1].data
    return pool


def answers(recommender: Recommender) -> tuple[list[Id], ...]:
    """Return what is asked of a version: one answer of its model, one of its fallback."""
    asks = (Ask(user_id=user(Spec(), 0), k=4), Ask(user_id=user(Spec(), COLD), k=N_ITEMS))
    return tuple(recommender.recommend(ask).items for ask in asks)


def _make(folder: Path, spec: Spec) -> Draft:
    manifest = write_draft(folder, spec)
    expected = answers(Recommender.open(folder, manifest, DotScorer))
    return Draft(folder, manifest, (folder / "manifest.json").read_bytes(), expected)


def _spec(number: int, seed: int) -> Spec:
    """Describe a draft; every second one has two files."""
    order = np.roll(np.arange(N_ITEMS, dtype=np.int32), number)
    vectors = np.zeros((N_ITEMS, 2), np.float32)
    for parity in range(2):
        for rank, item in enumerate(_liked(parity, number)):
            vectors[item, parity] = 2 - rank / N_ITEMS
    arrays = {"fallback": order, "item_vectors": vectors}
    if number % 2:
        arrays["segments"] = np.stack([order] * 3)
    return Spec(
        created_at=f"2026-01-{1 + 2 * number:02d}T00:00:00+00:00",
        segments=bool(number % 2),
        described={"seed": seed},
        arrays=arrays,
    )


def _liked(parity: int, number: int) -> Sequence[int]:
    """Return the items of a parity, those that its first user has not seen in an order of this number's own."""
    unseen = [item for item in range(N_ITEMS) if item % 2 == parity and item not in seen_by(parity)]
    return [unseen[place] for place in ORDERS[number]] + seen_by(parity)
