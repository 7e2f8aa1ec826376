"""Bodies: valid ones, those with a part replaced, and bytes that are hardly JSON."""

import base64
import json
from typing import Any

from hypothesis import strategies as st

from tests.fuzz.canary import PLANT
from tests.fuzz.values import anything, texts

NOT_QUITE_JSON = (
    "",
    " ",
    "{",
    "{}{}",
    '{"k": 7,}',
    '{"k": 7, "k": 8}',
    "{'k': 7}",
    '{"k": NaN}',
    '{"k": -Infinity}',
    '{"k": 1e999}',
    '{"k": 5.0}',
    '{"k": "7"}',
    '{"k": true}',
    '{"k": ' + "9" * 5000 + "}",
    '{"history": [{"item_id": 1, "weight": 1e-400}]}',
    '{"history": [{"item_id": 1, "weight": ' + "1" * 400 + "}]}",
    '{"features": {"\\ud800": "' + PLANT + '"}}',
    '{"user_id": "\\udfff"}',
    '{"user_id": "' + PLANT + '\\u0000"}',
    '{"user_id": "\ud800"}',
    '\ufeff{"k": 7}',
    "[" * 100_000,
    '{"features": ' * 20_000,
    '{"only": [' + "1," * 1000 + "1]}",
    '{"only": [' + "1," * 100_000 + "1]}",
    '"' + PLANT * 30_000 + '"',
    PLANT,
    '["' + PLANT + '"]',
)
BYTES = (b"\xff\xfe{\x00}\x00", '{"k": 7}'.encode("utf-16"), '{"k": 7}'.encode("utf-32"), b'{"k": "\xff"}', b"\0" * 9)


def ids() -> st.SearchStrategy[int | str]:
    """Known and unknown ids of both kinds."""
    return st.one_of(
        st.integers(0, 45), st.integers(0, 2**63 - 1), st.builds("u{}".format, st.integers(0, 45)), st.just(PLANT)
    )


def valid() -> st.SearchStrategy[dict[str, Any]]:
    """Bodies that a client could mean."""
    item_ids = st.integers(0, 45) | st.builds("i{}".format, st.integers(0, 45))
    event = st.fixed_dictionaries(
        {"item_id": item_ids},
        optional={"weight": st.floats(1e-6, 1e6), "timestamp": st.integers(0, 4_102_444_800)},
    )
    labels = st.sampled_from(["age", "sex", "age_25_34", "f", PLANT, ""])
    return st.fixed_dictionaries(
        {},
        optional={
            "user_id": ids(),
            "history": st.lists(event, max_size=8),
            "features": st.dictionaries(labels, labels | st.lists(labels, max_size=3), max_size=3),
            "k": st.integers(1, 100),
            "exclude": st.lists(item_ids, max_size=8),
            "only": st.none() | st.lists(item_ids, max_size=50),
        },
    )


@st.composite
def mutated(draw: st.DrawFn) -> Any:
    """A valid body in which some part, at any depth, is replaced, removed or joined by another."""
    body: Any = draw(valid())
    for _ in range(draw(st.integers(1, 3))):
        body = _changed(draw, body)
    return body


def _changed(draw: st.DrawFn, value: Any) -> Any:
    if isinstance(value, dict) and value and draw(st.booleans()):
        name = draw(st.sampled_from([*value]))
        return {**value, name: _changed(draw, value[name])}
    if isinstance(value, list) and value and draw(st.booleans()):
        place = draw(st.integers(0, len(value) - 1))
        return [*value[:place], _changed(draw, value[place]), *value[place + 1 :]]
    if isinstance(value, dict) and draw(st.booleans()):
        return {**value, draw(texts()): draw(anything())}
    return draw(anything())


@st.composite
def sent(draw: st.DrawFn) -> tuple[Any, Any]:
    """What an event holds as `body` and `isBase64Encoded`."""
    values = valid() | valid() | mutated()
    text = draw(values.map(lambda value: json.dumps(value, ensure_ascii=False)) | st.sampled_from(NOT_QUITE_JSON))
    how = draw(st.sampled_from(["text", "text", "text", "base64", "bytes", "bad base64", "anything"]))
    if how == "base64":
        return base64.b64encode(text.encode(errors="replace")).decode(), True
    if how == "bytes":
        return base64.b64encode(draw(st.sampled_from(BYTES) | st.binary(max_size=40))).decode(), True
    if how == "bad base64":
        return draw(st.sampled_from(["=", "a", "é", "YQ", "YQ==YQ==", " YQ==", "\ud800", PLANT, text])), True
    return (draw(anything()), draw(anything())) if how == "anything" else (text, False)
