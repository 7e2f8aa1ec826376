"""What a manifest says of how a version was measured."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, NamedTuple

from training.evaluation.comparison import Values
from training.evaluation.facets import Facets
from training.evaluation.measure import Measured
from training.recipe import Fold


class HeldBack(NamedTuple):
    """How much a fold holds."""

    rows: int  # events
    users: int  # who can be asked for: all of them are, or some that are drawn


def measured_on(
    measured: Measured,
    baselines: Mapping[str, Measured],
    fold: Fold,
    facets: Facets,
    strangers: Mapping[str, Values],
    *,
    held_back: HeldBack,
    digest: str,
    seed: int,
) -> dict[str, Any]:
    """Describe a measurement.

    Args:
        measured: of the version's draft.
        baselines: of what it must not be worse than, on the same fold.
        fold: how it was cut.
        facets: of the fold.
        strangers: what its people get from the draft if nobody knows them: kind -> (u,) ndcg.
        held_back: to measure on.
        digest: of the draft.
        seed: of the paired tests and of the intervals.
    """
    days = {"days": fold.days} if fold.kind == "time" else {}
    drawn = {"drawn_of": held_back.users} if held_back.users > measured.users else {}
    return {
        "fold": {"kind": fold.kind, **days, **drawn},
        "rows": held_back.rows,
        "users": measured.users,
        "draft_sha256": digest,
        "baselines": {name: other.metrics for name, other in baselines.items()},
        "paired": {name: _paired(measured, other, seed) for name, other in baselines.items()},
        "same_answers": {name: measured.same_answers(other) for name, other in baselines.items()},
        "personal_share": measured.personal_share,
        "ordered": measured.ordered,
        **facets.seen_in(measured, seed, strangers),
    }


def _paired(measured: Measured, other: Measured, seed: int) -> dict[str, dict[str, Any]]:
    return {metric: asdict(found) for metric, found in measured.against(other, seed).items()}
