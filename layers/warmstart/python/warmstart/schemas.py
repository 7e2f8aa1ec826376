"""Requests and answers: the one definition that parsing, answering and the OpenAPI document share."""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, TypeVar, get_origin

import msgspec
from msgspec import UNSET, DecodeError, Meta, Struct, UnsetType, ValidationError

from warmstart.errors import FieldError, Invalid

MAX_LIST = 1000
PRINTABLE = "^[^\\u0000-\\u001f\\u007f-\\u009f\\u2028-\\u202e\\u2066-\\u2069\\ud800-\\udfff]+(?![\\s\\S])"
IntegerId = Annotated[int, Meta(ge=0, le=2**63 - 1)]
StringId = Annotated[str, Meta(min_length=1, max_length=256, pattern=PRINTABLE)]
AnyId = Annotated[IntegerId | StringId, Meta(description="As in the training table: an integer or a string.")]
Count = Annotated[int, Meta(ge=1, le=100, description="How many items.")]
Label = Annotated[str, Meta(max_length=256)]


class Request(Struct, forbid_unknown_fields=True, frozen=True):
    """Base of what clients send: an unknown field is an error."""


class HistoryEvent(Request, frozen=True):
    """One interaction, newer than what training saw."""

    item_id: AnyId
    weight: (
        Annotated[float, Meta(gt=0, le=1e6, description="As in the training table; a typical one if not given.")] | None
    ) = None
    timestamp: Annotated[int, Meta(ge=0, le=4_102_444_800, description="UTC, seconds since 1970.")] | None = None


class OnTheFly(Request, frozen=True):
    """A person and a history that no training saw."""

    user_id: AnyId | None = None
    history: Annotated[list[HistoryEvent], Meta(max_length=MAX_LIST, description="Appended to the stored one.")] = []
    features: Annotated[
        dict[Label, Label | Annotated[list[Label], Meta(max_length=MAX_LIST)]], Meta(max_length=MAX_LIST)
    ] = {}
    k: Count = 10
    exclude: Annotated[list[AnyId], Meta(max_length=MAX_LIST, description="Never to return.")] = []
    only: Annotated[list[AnyId], Meta(max_length=MAX_LIST, description="Return nothing else.")] | None = None


class Options(Struct, frozen=True):
    """Query parameters of the recommendation calls."""

    k: Count = 10
    explain: Annotated[bool, Meta(description="Add the reasons of each item.")] = False


class ExplainOption(Struct, frozen=True):
    """Query parameters of the on-the-fly call."""

    explain: Annotated[bool, Meta(description="Add the reasons of each item.")] = False


class CountOption(Struct, frozen=True):
    """Query parameters of the similar-items call."""

    k: Count = 10


class Share(Struct):
    """One event of the history and its share of an item's score."""

    item_id: AnyId
    share: float


class Because(Struct, omit_defaults=True):
    """What stands behind an item."""

    history: list[Share]
    users: Annotated[int, Meta(description="Distinct users with this item in training.")]
    neighbours: (
        Annotated[int, Meta(description="Of the like-minded users whom the answer is from, how many had it.")]
        | UnsetType
    ) = UNSET
    trend: Annotated[bool, Meta(description="Without its trend it would not be among the k.")] = False
    features: Annotated[
        dict[str, float], Meta(description="What a ranker saw, and how much each adds to the score: the strongest.")
    ] = msgspec.field(default_factory=dict)


class ItemDetail(Struct):
    """One recommended item with its reasons."""

    item_id: AnyId
    score: Annotated[float | None, Meta(description="null where the fallback chose the item.")]
    source: str
    because: Because


class Recommendations(Struct, omit_defaults=True):
    """Recommended items, best first."""

    user_id: AnyId | None
    items: list[AnyId]
    model: str
    version: str
    source: Annotated[str, Meta(description='"model", "mixed", or the fallback that answered: "popular:age_25_34".')]
    ignored_items: Annotated[int, Meta(description="Events of the history whose item is not known.")] | UnsetType = (
        UNSET
    )
    details: list[ItemDetail] | UnsetType = UNSET


class SimilarItems(Struct):
    """Items like one item, most alike first."""

    item_id: AnyId
    items: list[AnyId]
    model: str
    version: str


class ErrorEntry(Struct):
    """One thing that is wrong."""

    error_key: str
    error_message: str
    error_loc: list[str | int] | None


class Problem(Struct):
    """RFC 9457, with the list of errors as an extension member."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[ErrorEntry]


_DETAIL = ItemDetail(9728, 1.2, "model", Because([Share(10440, 0.5)], 583))
_VERSION = "20261103T141502Z-1a2b3c4"
EXAMPLES: dict[type, Any] = {
    str: "I am alive",
    OnTheFly: OnTheFly(history=[HistoryEvent(10440, timestamp=1_793_715_302)], features={"age": "age_25_34"}, k=3),
    Recommendations: Recommendations(666262, [9728, 15297, 13865], "als", _VERSION, "model", details=[_DETAIL]),
    SimilarItems: SimilarItems(9728, [15297, 13865], "als", _VERSION),
}

S = TypeVar("S", bound=Struct)


def decode_body(data: bytes, kind: type[S]) -> S:
    """Parse a JSON body.

    Raises:
        Invalid: with one entry per wrong field; the input is in none of them.
    """
    try:
        return msgspec.json.decode(data, type=kind)
    except (DecodeError, RecursionError, UnicodeDecodeError) as error:
        if not isinstance(error, ValidationError):
            raise Invalid(FieldError("json_invalid", "The body is not valid JSON", ("body",))) from None
        raise Invalid(*_wrong_fields(data, kind, error)) from None


def decode_query(query: Mapping[str, Sequence[str]], kind: type[S]) -> S:
    """Parse query parameters, of which only those that are lists may be repeated: of others the last value counts."""
    values, wrong = {}, []
    for field in msgspec.structs.fields(kind):
        if texts := query.get(field.name):
            try:
                values[field.name] = _parameter(texts, field.type)
            except (DecodeError, RecursionError) as error:
                wrong.append(_field_error(error, ("query", field.name)))
    if wrong:
        raise Invalid(*wrong)
    return kind(**values)


def _parameter(texts: Sequence[str], kind: Any) -> Any:
    """Parse texts as they are, and whatever else as a JSON scalar: `k=7` is a number, `k=7.0` and `k=` are none."""
    plain = kind.__origin__ if get_origin(kind) is Annotated else kind  # without its bounds
    if get_origin(plain) is list:
        return msgspec.convert(texts, kind)
    if plain is str:
        return msgspec.convert(texts[-1], kind)
    text = texts[-1].replace(" ", "_")  # JSON would allow spaces around a number
    return msgspec.json.decode(text.encode(errors="replace"), type=kind)


def _wrong_fields(data: bytes, kind: type[S], first: ValidationError) -> list[FieldError]:
    """Return one error per wrong field at the top: msgspec stops at the first."""
    try:
        raw: Any = msgspec.json.decode(data)
    except (DecodeError, RecursionError, UnicodeDecodeError):  # what is wrong comes before what cannot be read
        raw = None
    if not isinstance(raw, dict):
        return [_field_error(first, ("body",))]
    wrong = []
    for field in msgspec.structs.fields(kind):
        if field.name in raw:
            try:
                msgspec.convert(raw[field.name], field.type)
            except ValidationError as error:
                wrong.append(_field_error(error, ("body", field.name)))
    return wrong or [_field_error(first, ("body",))]


KINDS = (  # how msgspec's messages begin or what they contain, our key for it, what the client is told
    ("missing required", "missing", "A required field is missing"),
    ("unknown field", "extra_forbidden", "An unknown field"),
    ("Expected `int` >=", "greater_than_equal", "Smaller than allowed"),
    ("Expected `int` <=", "less_than_equal", "Larger than allowed"),
    ("Expected `float` >", "greater_than", "Smaller than allowed"),
    ("Expected `float` <=", "less_than_equal", "Larger than allowed"),
    ("out of range", "number_out_of_range", "A number that is out of range"),
    ("matching regex", "string_pattern_mismatch", "Characters that are not allowed"),
    ("of length <=", "too_long", "Longer than allowed"),
    ("of length >=", "too_short", "Shorter than allowed"),
)


def _field_error(error: Exception, prefix: tuple[str | int, ...]) -> FieldError:
    text = str(error)
    key, message = next(
        ((key, message) for sign, key, message in KINDS if sign in text), ("type_error", "Not of the expected type")
    )
    return FieldError(key, message, prefix + _path(text))


def _path(text: str) -> tuple[str | int, ...]:
    """Read the place out of `... - at `$.history[3].weight``; keys of free dictionaries are not in it."""
    found = re.search(r"- at `\$([^`]*)`$", text)
    steps = re.findall(r"\.([a-z_]+)|\[(\d+)\]", found.group(1)) if found else []
    return tuple(int(index) if index else name for name, index in steps)
