"""Requests are parsed strictly: one entry per wrong field, and the input is never told back."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from warmstart.errors import FieldError, Invalid
from warmstart.schemas import CountOption, OnTheFly, Options, decode_body, decode_query

MARK = "PLANTED"


def wrong(body: bytes | dict[str, Any]) -> list[FieldError]:
    """What is wrong with a body."""
    with pytest.raises(Invalid) as caught:
        decode_body(body if isinstance(body, bytes) else json.dumps(body).encode(), OnTheFly)
    return list(caught.value.fields)


def test_a_whole_request_is_read() -> None:
    """Every field, at its limits."""
    body = {
        "user_id": 2**63 - 1,
        "history": [{"item_id": "x" * 256, "weight": 1e6, "timestamp": 4_102_444_800}, {"item_id": 0}] * 500,
        "features": {"age": "25_34", "genres": ["a", "b"]},
        "k": 100,
        "exclude": [1, "a"],
        "only": [],
    }
    found = decode_body(json.dumps(body).encode(), OnTheFly)
    assert (found.user_id, found.k, len(found.history), found.only) == (2**63 - 1, 100, 1000, [])
    assert found.history[1].weight is None
    assert msgspec.to_builtins(found)["features"] == body["features"]


def test_nothing_is_a_request_too() -> None:
    """All fields have defaults."""
    found = decode_body(b"{}", OnTheFly)
    assert (found.user_id, list(found.history), found.k, found.only) == (None, [], 10, None)


@pytest.mark.parametrize(
    ("field", "value", "key"),
    [
        ("k", 0, "greater_than_equal"),
        ("k", -1, "greater_than_equal"),
        ("k", 101, "less_than_equal"),
        ("k", 2**70, None),
        ("k", True, "type_error"),
        ("k", "7", "type_error"),
        ("k", 5.5, "type_error"),
        ("k", None, "type_error"),
        ("user_id", -1, "greater_than_equal"),
        ("user_id", 2**63, None),
        ("user_id", 1.5, "type_error"),
        ("user_id", True, "type_error"),
        ("user_id", [1], "type_error"),
        ("user_id", "", "too_short"),
        ("user_id", "x" * 257, "too_long"),
        ("user_id", MARK + "\n", "string_pattern_mismatch"),
        ("user_id", MARK + "\x00", "string_pattern_mismatch"),
        ("user_id", MARK + "\u202e", "string_pattern_mismatch"),
        ("history", None, "type_error"),
        ("history", {}, "type_error"),
        ("history", [{"item_id": 1}] * 1001, "too_long"),
        ("exclude", [1] * 1001, "too_long"),
        ("exclude", [None], "type_error"),
        ("only", "all", "type_error"),
        ("features", [], "type_error"),
        ("features", {"age": 7}, "type_error"),
        ("features", {"age": "x" * 257}, "too_long"),
        ("features", {"x" * 257: "a"}, "too_long"),
        ("features", {str(n): "a" for n in range(1001)}, "too_long"),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_one_wrong_field_is_one_entry(field: str, value: Any, key: str | None) -> None:
    """The entry says which field and what kind of wrong."""
    (entry,) = wrong({field: value})
    assert entry.location[:2] == ("body", field)
    assert key is None or entry.key == key


def test_each_wrong_field_has_its_entry() -> None:
    """All that is wrong at the top is told at once."""
    entries = wrong({"k": 0, "user_id": -1, "only": 7, "exclude": []})
    assert [entry.location for entry in entries] == [("body", "user_id"), ("body", "k"), ("body", "only")]


@pytest.mark.parametrize(
    ("event", "place", "key"),
    [
        ({"item_id": 1, "weight": 0}, "weight", "greater_than"),
        ({"item_id": 1, "weight": -1}, "weight", "greater_than"),
        ({"item_id": 1, "weight": 1e7}, "weight", "less_than_equal"),
        ({"item_id": 1, "weight": "1"}, "weight", "type_error"),
        ({"item_id": 1, "timestamp": -1}, "timestamp", "greater_than_equal"),
        ({"item_id": 1, "timestamp": 4_102_444_801}, "timestamp", "less_than_equal"),
        ({"item_id": 1, "timestamp": 1.5}, "timestamp", "type_error"),
        ({"item_id": None}, "item_id", "type_error"),
        ({}, None, "missing"),
        ({"item_id": 1, MARK: 1}, None, "extra_forbidden"),
        (7, None, "type_error"),
    ],
)
def test_a_wrong_event_is_found_in_its_place(event: Any, place: str | None, key: str) -> None:
    """The entry names the event by its number, and its field where it has one."""
    (entry,) = wrong({"history": [{"item_id": 1}, event]})
    assert entry.location == ("body", "history", 1, *([place] if place else []))
    assert entry.key == key


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"{'k': 7}",
        b'{"k": NaN}',
        b'{"k": Infinity}',
        b'{"k": 7} x',
        b"\xff\xfe{\x00}\x00",
        b'{"user_id": "\xff"}',
        b'{"user_id": "\\ud800"}',
    ],
    ids=lambda body: repr(body)[:30],
)
def test_what_is_not_json_is_one_entry(body: bytes) -> None:
    """NaN, other encodings and lone surrogates: the body as a whole is wrong."""
    (entry,) = wrong(body)
    assert (entry.key, entry.location) == ("json_invalid", ("body",))


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"7",
        b"null",
        b'"x"',
        b'{"k": 1e999}',
        b'{"k": ' + b"1" * 5000 + b"}",
        b'{"user_id": ' + b"1" * 5000 + b"}",
        b'{"history": [{"item_id": 1, "weight": 1e999}]}',
        b'{"k": ' + b"[" * 500 + b"]" * 500 + b"}",
        b"[" * 100_000,
        b'{"history":' * 100_000,
        b'{"history":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"PLANTED": 1}',
    ],
    ids=lambda body: repr(body)[:30],
)
def test_what_json_can_say_and_we_do_not_mean_is_invalid(body: bytes) -> None:
    """Other documents, numbers and nesting without end, and unknown fields."""
    assert wrong(body)


def test_the_input_is_never_told_back() -> None:
    """Neither values, nor keys that a client chose, are in an entry."""
    for body in (
        {"user_id": MARK + "\n"},
        {MARK: 1},
        {"features": {MARK: 7}},
        {"features": {MARK: [MARK, 7]}},
        {"history": [{"item_id": 1, MARK: 1}]},
        {"history": [{"item_id": MARK + "\n"}]},
        {"k": MARK},
    ):
        assert MARK not in str(wrong(body))
    assert MARK not in str(wrong(f'{{"{MARK}": '.encode()))


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists, max_leaves=5))
def test_no_body_raises_anything_else(value: Any) -> None:
    """Whatever stands in a field, it is read or it is Invalid."""
    for field in ("k", "user_id", "history", "features", "only"):
        try:
            decode_body(json.dumps({field: value}).encode(), OnTheFly)
        except Invalid:
            continue


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, Options()),
        ({"k": ["7"]}, Options(k=7)),
        ({"k": ["x", "7"]}, Options(k=7)),
        ({"k": ["100"], "explain": ["true"], "other": ["x"]}, Options(k=100, explain=True)),
        ({"explain": ["false"], "k": []}, Options()),
    ],
)
def test_a_query_is_typed(query: dict[str, list[str]], expected: Options) -> None:
    """Parameters become numbers and booleans, the last of each; others are nobody's business."""
    assert decode_query(query, Options) == expected


@pytest.mark.parametrize(
    "value",
    [
        "",
        "0",
        "-1",
        "101",
        "7.5",
        "07",
        "+7",
        " ",
        "true",
        "ten",
        '"7"',
        "[7]",
        "1" * 2000,
        "1e999",
        "NaN",
        "\ud800",
        "\u0667",
    ],
    ids=lambda value: repr(value)[:20],
)
def test_a_wrong_count_is_one_entry(value: str) -> None:
    """What is no number from 1 to 100 is wrong, and is not told back."""
    with pytest.raises(Invalid) as caught:
        decode_query({"k": [value], "explain": ["true"]}, Options)
    (entry,) = caught.value.fields
    assert entry.location[:2] == ("query", "k")


def test_each_wrong_parameter_has_its_entry() -> None:
    """All that is wrong in a query is told at once."""
    with pytest.raises(Invalid) as caught:
        decode_query({"k": ["0"], "explain": ["yes"]}, Options)
    assert [entry.location for entry in caught.value.fields] == [("query", "k"), ("query", "explain")]
    with pytest.raises(Invalid):
        decode_query({"k": ["0"]}, CountOption)
