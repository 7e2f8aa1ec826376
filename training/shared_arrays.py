"""The arrays that every artifact has, and the trend of those that have one."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from training.interactions import Interactions
from warmstart.artifact_writer import ArtifactWriter
from warmstart.scorer import Scores
from warmstart.texts import Texts
from warmstart.trend import demand_prior


def trend_of(interactions: Interactions, params: Mapping[str, Any]) -> Scores | None:
    """Return the prior (n_items,) that settings make of interactions; None where it is off or times tell nothing."""
    power = params.get("trend_power", 0.0)
    if not power or interactions.timeless is not None:
        return None
    return demand_prior(interactions.trend(params["trend_half_life"]), power)


def write_shared(writer: ArtifactWriter, interactions: Interactions) -> None:
    """Add ids, histories, popularity and what is known of the items."""
    interactions.item_ids.write(writer, "item_ids")
    interactions.user_ids.write(writer, "user_ids")
    writer.array("seen_indptr", interactions.indptr)
    writer.rows("seen_rows", interactions.items, interactions.n_items)
    writer.array("popularity", interactions.popularity)
    for name, texts in (("item_titles", interactions.titles), ("item_genres", interactions.genres)):
        if texts is not None:
            Texts.build([text.encode() for text in texts]).write(writer, name)


def write_histories(writer: ArtifactWriter, interactions: Interactions, *, exact: bool) -> None:
    """Add what personal models read beside the rows: weights where they differ; ages, in half the bytes if inexact."""
    write_weights(writer, interactions)
    if interactions.ages is not None:
        writer.array("seen_ages", interactions.ages if exact else interactions.ages.astype(np.float16))


def write_weights(writer: ArtifactWriter, interactions: Interactions) -> None:
    """Add the weights of histories where they differ, in half the bytes if these hold them."""
    if (interactions.weights != 1).any():
        with np.errstate(over="ignore"):  # then float16 is not enough
            halved = interactions.weights.astype(np.float16)
        writer.array("seen_weights", halved if (halved == interactions.weights).all() else interactions.weights)
