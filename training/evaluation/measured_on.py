"""What a manifest says of how a version was measured."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from training.evaluation.comparison import Values
from training.evaluation.facets import Facets
from training.evaluation.measure import Measured
from training.recipe import Fold


def measured_on(
    measured: Measured,
    baselines: Mapping[str, Measured],
    fold: Fold,
    facets: Facets,
    strangers: Mapping[str, Values],
    *,
    rows: int,
    people: int,
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
        rows: events that were held back.
        people: users of the fold, of whom those that were asked for are drawn, or all.
        digest: of the draft.
        seed: of the paired tests and of the intervals.
    """
    days = {"days": fold.days} if fold.kind == "time" else {}
    drawn = {"drawn_of": people} if people > measured.users else {}
    return {
        "fold": {"kind": fold.kind, **days, **drawn},
        "rows": rows,
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
