"""What a version of two stages knows of now, out of other interactions: items' features, demand, the stages' trends."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from functions.ranker.features import FILE as NAMES
from functions.ranker.first_stages import FILE as STAGES
from functions.ranker.first_stages import prefix_of
from training.interactions import Interactions
from training.ranking.item_table import demand_of, item_features
from training.shared_arrays import trend_of
from warmstart.artifact import Artifact
from warmstart.histories import DAY
from warmstart.manifest import last_event_of

Arrays = Mapping[str, NDArray[Any]]


def renewed(version: Artifact, interactions: Interactions) -> Arrays:
    """Return arrays by name, in place of a version's own; none of a version that has no two stages.

    Args:
        version: what it has learnt stays.
        interactions: with times, of its items, row by row.
    """
    if STAGES not in version.manifest.files:
        return {}
    names, table = item_features(interactions)
    if names != version.json(NAMES):  # it has learnt without times
        return {}
    found: dict[str, NDArray[Any]] = {"item_features": table}
    found["demand"] = demand_of(interactions, version.setting("demand_half_life"))
    found["later_days"] = np.array([_later(version, interactions)], np.float32)
    for number, stage in enumerate(version.json(STAGES)):
        if (trend := trend_of(interactions, stage["params"])) is not None:
            found[f"{prefix_of(number)}trend"] = trend
    return found


def _later(version: Artifact, interactions: Interactions) -> float:
    """Return the days that interactions reach beyond the histories of a version."""
    learnt_until = last_event_of(version.manifest.dataset)
    if learnt_until is None or interactions.timestamps is None:
        return 0.0
    return float(interactions.timestamps.max() - learnt_until) / DAY
