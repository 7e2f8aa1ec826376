"""Requests and answers of the catalogue's own calls, with examples."""

from typing import Annotated, Any

from msgspec import Meta, Struct

from warmstart.schemas import AnyId, StringId

MAX_OFFSET = 10**9
Offset = Annotated[int, Meta(ge=0, le=MAX_OFFSET, description="How many to leave out before the first.")]
Next = Annotated[int | None, Meta(description="The offset of what follows; null where nothing does.")]


class ItemsQuery(Struct, frozen=True):
    """Query parameters of the items call."""

    query: Annotated[
        str, Meta(max_length=100, description="Words of a title, in any case and without accents, or an item's id.")
    ] = ""
    ids: Annotated[
        list[StringId],
        Meta(max_length=100, description="All of these items, in this order; not together with a query."),
    ] = []
    limit: Annotated[int, Meta(ge=1, le=100, description="How many items.")] = 20
    offset: Offset = 0


class UsersQuery(Struct, frozen=True):
    """Query parameters of the users call."""

    limit: Annotated[int, Meta(ge=1, le=100, description="How many users.")] = 10


class HistoryQuery(Struct, frozen=True):
    """Query parameters of the history call."""

    limit: Annotated[int, Meta(ge=1, le=1000, description="How many items.")] = 50
    offset: Offset = 0


class ItemCard(Struct):
    """What is known of an item."""

    item_id: AnyId
    title: Annotated[str | None, Meta(description="As in the training table, cut where it is very long.")]
    genres: list[str]
    users: Annotated[int, Meta(description="Distinct users with this item in training.")]


class Items(Struct):
    """Items of the catalogue."""

    items: list[ItemCard]
    total: Annotated[int, Meta(description="How many there are in all.")]
    next_offset: Next
    version: str


class Users(Struct):
    """Some users with a history, others at each call."""

    users: list[AnyId]
    total: Annotated[int, Meta(description="How many users have a history.")]
    features: Annotated[
        dict[str, list[str]], Meta(description="What can be told of a person: values seen, most frequent first.")
    ]
    version: str


class SeenItem(Struct):
    """One event of a history."""

    item_id: AnyId
    title: str | None
    genres: list[str]
    weight: float
    timestamp: Annotated[int | None, Meta(description="UTC, seconds since 1970; null where times are not known.")]


class UserHistory(Struct):
    """What a user has had, newest first; nothing for whom training did not see."""

    user_id: AnyId
    features: Annotated[dict[str, str], Meta(description="What is known of this user.")]
    items: list[SeenItem]
    total: Annotated[int, Meta(description="How many items there are in all.")]
    next_offset: Next
    version: str


_VERSION = "20261103T141502Z-1a2b3c4"
_FEATURES = {"sex": ["M", "F"], "age": ["age_25_34", "age_18_24"]}
EXAMPLES: dict[type, Any] = {
    Items: Items([ItemCard(50, "Star Wars (1977)", ["Action", "Sci-Fi"], 583)], 12, 1, _VERSION),
    Users: Users([186, 13], 943, _FEATURES, _VERSION),
    UserHistory: UserHistory(
        186, {"sex": "F"}, [SeenItem(50, "Star Wars (1977)", ["Action"], 4.0, 879_023_000)], 92, 1, _VERSION
    ),
}
