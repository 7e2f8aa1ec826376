"""What is shown of a user, before it is drawn."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from warmstart.ids import Id

Known = Literal["history", "no history", "unknown", "impossible"]


@dataclass(frozen=True, slots=True)
class Item:
    """An item, with what the items table says of it."""

    item_id: Id
    title: str | None
    genres: tuple[str, ...]
    views: int  # distinct users who had it, in what was learnt from


@dataclass(frozen=True, slots=True)
class Had:
    """An item that a user had."""

    item: Item
    weight: float
    time: str | None  # ISO 8601, UTC; None without timestamps
    remark: str = ""  # of what was held out: why no model can have it right


@dataclass(frozen=True, slots=True)
class Recommended:
    """An item that a model recommends."""

    item: Item
    score: float | None  # None where the fallback chose it
    source: str  # "model", or the name of the fallback
    hit: bool | None  # whether it was held out; None where nothing was
    trend: bool  # whether it would not be in the list without its trend
    features: Mapping[str, float] = field(default_factory=dict)  # what a ranker saw -> what it adds to the score


@dataclass(frozen=True, slots=True)
class ModelList:
    """One model's recommendations, best first."""

    model: str
    version: str
    source: str  # "model", "mixed", or the name of the fallback
    items: tuple[Recommended, ...]

    @property
    def hits(self) -> int:
        """Count the items that were held out."""
        return sum(item.hit is True for item in self.items)


@dataclass(frozen=True, slots=True)
class Overlap:
    """How alike two models' lists are."""

    models: tuple[str, str]
    shared: float  # items that both lists hold; of several users, their mean
    jaccard: float  # shared items by items in either; of several users, their mean


@dataclass(frozen=True, slots=True)
class UserView:
    """One user: what they had, what came next, and what each model recommends."""

    user_id: Id
    known: Known  # "impossible" is an id that could not be in this data set: text among numbers, or out of bounds
    features: Mapping[str, str]
    history: tuple[Had, ...]  # newest first, no more than were asked for
    history_length: int
    held_out: tuple[Had, ...] | None  # newest first, no more than were asked for; None where nothing is held out
    held_out_length: int
    models: tuple[ModelList, ...]
    overlaps: tuple[Overlap, ...]
