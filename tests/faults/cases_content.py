"""Files as the manifest says, that are not what the family's scorer reads: arrays and names."""

from functools import partial
from typing import Any, NamedTuple

import numpy as np

from functions.catalogue.people import FILE as PEOPLE
from functions.ranker.first_stages import FILE as STAGES
from functions.ranker.scorer import NAMES_FILE
from tests.faults.case import Case, Seen
from tests.faults.drafts import SIZE, Change
from tests.faults.kinds import ALS, ITEM_KNN, NETWORK, RANKER, RECOMMENDERS, TITLES, USER_KNN, Kind
from tests.faults.standing import broken, refused
from tests.faults.world import World
from tests.layers.breakages import Break, changed, holding
from warmstart.manifest import ARRAYS

INCOMPATIBLE, CORRUPT = "Incompatible", "Corrupt"
FAR = 2**40  # a place in no array


class Wrong(NamedTuple):
    """One array, and how it is changed."""

    name: str
    array: str
    change: Change
    error: str = INCOMPATIBLE


def put(place: Any, value: float) -> Change:
    """Return what puts a value into an array."""

    def change(values: Any) -> Any:
        values[place] = value
        return values

    return change


def shorter(values: Any) -> Any:
    """Leave out the first line."""
    return values[1:]


def wider(values: Any) -> Any:
    """Hold the same in more bytes."""
    return values.astype(np.float64)


def _with_array(world: World, kind: Kind, array: str, change: Change) -> Seen:
    return broken(world, kind, holding(ARRAYS, world.drafts.with_array(kind.model, array, change)))


OF_ALL = (  # that recommend
    Wrong("ids of no known type", "item_ids", lambda ids: ids.astype(np.float32)),
    Wrong("an order that is too short", "fallback", lambda order: order[:3]),
    Wrong("an order of an item that does not exist", "fallback", put(0, SIZE)),
    Wrong("a history of an item that does not exist", "seen_rows", put(0, SIZE)),
    Wrong("histories that end before they begin", "seen_indptr", put(1, FAR)),
    Wrong("histories that begin nowhere", "seen_indptr", put(0, -FAR)),
)
WRONG: dict[Kind, tuple[Wrong, ...]] = {
    ALS: (
        Wrong("a dtype that is not the scorer's", "item_vectors", wider),
        Wrong("a shape that is not the scorer's", "item_vectors", lambda vectors: vectors[:, :1]),
        Wrong("too few users", "user_vectors", shorter),
        Wrong("NaN in the vectors", "item_vectors", put(3, np.nan), CORRUPT),
        Wrong("an infinity in the vectors", "user_vectors", put(0, np.inf), CORRUPT),
        Wrong("an item that lies nowhere", "item_places", put(2, -1)),
    ),
    ITEM_KNN: (
        Wrong("a dtype that is not the scorer's", "weights_values", wider),
        Wrong("too few weights", "weights_values", shorter),
        Wrong("NaN in the weights", "weights_values", put(0, np.nan), CORRUPT),
        Wrong("a neighbour that does not exist", "weights_targets", put(5, SIZE)),
        Wrong("neighbours that end before they begin", "weights_indptr", put(3, FAR)),
        Wrong("neighbours that fall", "weights_indptr", put(4, 0)),
        Wrong("NaN in the trend", "trend", put(0, np.nan), CORRUPT),
        Wrong("a trend of too few items", "trend", shorter),
    ),
    USER_KNN: (
        Wrong("a dtype that is not the scorer's", "candidate_gains", wider),
        Wrong("too few gains", "item_gains", shorter),
        Wrong("NaN in the gains", "user_gains", put(0, np.nan), CORRUPT),
        Wrong("a neighbour that does not exist", "item_users", put(5, SIZE)),
        Wrong("a neighbour below all", "item_users", put(5, -7)),
        Wrong("neighbours that end before they begin", "item_indptr", put(3, FAR)),
    ),
    NETWORK: (
        Wrong("a dtype that is not the scorer's", "input_vectors", wider),
        Wrong("a shape that is not the network's", "input_vectors", lambda vectors: vectors[:, 1:]),
        Wrong("items of another width", "item_vectors", lambda vectors: vectors[:, 1:]),
        Wrong("NaN in the inputs", "input_vectors", put(0, np.nan), CORRUPT),
        Wrong("an item that lies nowhere", "item_rows", put(2, SIZE)),
        Wrong("features of another width", "feature_vectors", lambda vectors: vectors[:, 1:]),
    ),
    RANKER: (
        Wrong("a dtype that is not the scorer's", "item_features", wider),
        Wrong("items without features", "item_features", shorter),
        Wrong("an infinity in a feature", "item_features", put(0, np.inf), CORRUPT),
        Wrong("a first stage's neighbour that does not exist", "stage0.weights_targets", put(5, SIZE)),
        Wrong("a first stage's neighbours that end before they begin", "stage0.weights_indptr", put(3, FAR)),
        Wrong("a first stage's vectors of another width", "stage1.item_vectors", lambda vectors: vectors[:, 1:]),
        Wrong("an alike item that does not exist", "alike.weights_targets", put(0, SIZE)),
        Wrong("a path over a feature that does not exist", "path_features", put((0, 0), 1000)),
        Wrong("a share above 1", "path_shares", put((0, 0), 2)),
    ),
    TITLES: (
        Wrong("titles that end before they begin", "item_titles_offsets", put(1, FAR)),
        Wrong("titles that are no text", "item_titles_bytes", put(0, 255)),
        Wrong("a title found for an item that does not exist", "search_rows", put(0, SIZE)),
        Wrong("what is searched without ends", "item_search_bytes", put(slice(None), 65)),
        Wrong("a history of an item that does not exist", "seen_rows", put(0, SIZE)),
        Wrong("histories that end before they begin", "seen_indptr", put(1, FAR)),
        Wrong("a value that stands for nothing", "user_feature_0", put(0, 9)),
        Wrong("times that are no whole seconds", "seen_times", wider),
    ),
}
NAMES: dict[Kind, dict[str, Break]] = {
    ITEM_KNN: {"a setting that the scorer needs is gone": changed(params={})},
    USER_KNN: {
        "a setting that the scorer needs is gone": changed(params={}),
        "no neighbours at all": changed(params={"k": 0, "amplification": 1.0}),
    },
    ALS: {"a setting that the scorer needs is gone": changed(params={})},
    NETWORK: {"a setting that the scorer needs is gone": changed(params={})},
    RANKER: {
        "candidates without end": changed(params={"candidates": FAR}),
        "first stages that are not JSON": holding(STAGES, b"{"),
        "first stages nested 100,000 times": holding(STAGES, b"[" * 100_000),
        "a first stage that is itself of two": holding(
            STAGES, b'[{"model": "two_stage", "algorithm": "two_stage", "scorer": "two_stage", "params": {}}]'
        ),
        "a hundred first stages": holding(
            STAGES, b"[" + b'{"model": "x", "algorithm": "x", "scorer": "item_item", "params": {}},' * 99 + b"{}]"
        ),
        "features of other names": holding(NAMES_FILE, b'["price"]'),
    },
    TITLES: {
        "columns that are not JSON": holding(PEOPLE, b"{"),
        "columns that are none": holding(PEOPLE, b'[{"name": 7, "values": [true]}]'),
    },
}
CASES = [
    *(
        Case(
            "wrong content",
            f"{wrong.name}, {kind.model}",
            refused(wrong.error),
            partial(_with_array, kind=kind, array=wrong.array, change=wrong.change),
        )
        for kind, own in WRONG.items()
        for wrong in (*(OF_ALL if kind in RECOMMENDERS else ()), *own)
    ),
    *(
        Case("wrong content", f"{name}, {kind.model}", refused(INCOMPATIBLE), partial(broken, kind=kind, breaks=breaks))
        for kind, own in NAMES.items()
        for name, breaks in own.items()
    ),
    Case(
        "wrong content",
        "first stages of no version, two_stage",
        refused("ManifestInvalid"),
        partial(broken, kind=RANKER, breaks=changed(first_stages={"als": "newest"})),
    ),
]
