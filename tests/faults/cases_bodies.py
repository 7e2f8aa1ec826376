"""Bodies that no client of good will sends."""

import json

from tests.faults.ask import CANARY
from tests.faults.requests import RECO, STRINGS, cases, event, gateway_event, get, post

MAX_DIGITS = "9" * 5000

NUMBERS = [
    (f"{number} as {field}", post(body.replace("?", number).encode()))
    for number in ("NaN", "Infinity", "-Infinity", "1e999")
    for field, body in (
        ("k", '{"k": ?}'),
        ("a weight", '{"history": [{"item_id": 1, "weight": ?}]}'),
        ("a user", '{"user_id": ?}'),
    )
]
TYPES = [
    (f"k is {text[:12]}{'...' if len(text) > 12 else ''} in a body", post(f'{{"k": {text}}}'.encode()))
    for text in ("true", '"7"', "5.0", "null", "[7]", "1e1")
]
RANGES = [(f"k is {n} in a body", post(f'{{"k": {n}}}'.encode())) for n in ("0", "-1")]
ABOVE = [("k is 101 in a body", post(b'{"k": 101}')), ("k is 101 in a query", get(f"{RECO}/0?k=101"))]
HUGE = [
    ("k is 2^70 in a body", post(f'{{"k": {2**70}}}'.encode())),
    ("k is 2^70 in a query", get(f"{RECO}/0?k={2**70}")),
]
DIGITS = [("k has 5,000 digits in a body", post(f'{{"k": {MAX_DIGITS}}}'.encode()))]
QUERIES = [(f"k is {text} in a query", get(f"{RECO}/0?k={text}")) for text in ("true", "%227%22", "5.0")]
NESTED = [
    ("100,000 nested arrays", post(b"[" * 100_000 + b"]" * 100_000)),
    ("100,000 nested arrays in a field", post(b'{"history": ' + b"[" * 100_000 + b"]" * 100_000 + b"}")),
]
NOWHERE = [
    ("100,000 nested arrays in a field that is not there", post(b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}")),
    ("40,000 open objects", post(b'{"a":' * 40_000)),
]
UNREADABLE = [
    ("bytes that are no UTF-8", post(b'{"user_id": "\xff\xfe' + CANARY.encode() + b'"}')),
    ("UTF-16", post(json.dumps({"user_id": CANARY}).encode("utf-16"))),
    ("nothing", post(b"")),
    ("half a body", post(b'{"user_id": "' + CANARY.encode())),
]
LARGE = [
    ("5 MB", post(b'{"user_id": "' + CANARY.encode() * 500_000 + b'"}')),
    ("a million items", post(b'{"exclude": [' + b"1," * 999_999 + b"1]}")),
    ("one byte over 256 KiB", post(b'{"user_id": "' + b"x" * (256 * 1024 - 14) + b'"}')),
]
TYPES_OF_CONTENT = [
    (f"content type {kind}", post(b"{}", content_type=kind))
    for kind in ("text/plain", "application/xml", "multipart/form-data", "application/json-patch+json")
]
POSTED = gateway_event(httpMethod="POST", path=RECO, headers={"Content-Type": "application/json"})
BASE64 = [
    (f"base64 that is {name}", event({**POSTED, "body": body, "isBase64Encoded": True}))
    for name, body in (("none", "!!!" + CANARY), ("cut short", "eyJrIjogM"), ("not ASCII", "ÿÿÿÿ"))
]

CASES = [
    *cases("numbers JSON lacks", "422 json_invalid", [case for case in NUMBERS if "1e999" not in case[0]]),
    *cases("numbers JSON lacks", "422 number_out_of_range", [case for case in NUMBERS if "1e999" in case[0]]),
    *cases("impossible k", "422 type_error", [*TYPES, *QUERIES]),
    *cases("impossible k", "422 greater_than_equal", [*RANGES, ("k is 0 in a query", get(f"{RECO}/0?k=0"))]),
    *cases("impossible k", "422 less_than_equal", [*ABOVE, *HUGE]),
    *cases("impossible k", "422 number_out_of_range", DIGITS),
    *cases("impossible k", "400 bad_request", [("k has 9,000 digits in a query", get(f"{RECO}/0?k={'9' * 9000}"))]),
    *cases("unreadable bodies", "422 type_error", NESTED, timed=True),
    *cases("unreadable bodies", "422 extra_forbidden", NOWHERE, timed=True),
    *cases("unreadable bodies", "422 json_invalid", UNREADABLE, timed=True),
    *cases("large bodies", "413 body_too_large", LARGE, timed=True),
    *cases("large bodies", "422 too_long", [("1,001 items", post(b'{"exclude": [' + b"1," * 1000 + b"1]}"))]),
    *cases("wrappings of bodies", "400 bad_request", BASE64),
    *cases("wrappings of bodies", "415 unsupported_media_type", TYPES_OF_CONTENT),
]

IDS = {
    "half a surrogate pair": "\\ud800",
    "NUL": "\\u0000",
    "a line break": "\\n",
    "a mark that turns the direction": "\\u202e",
}
CASES += cases(
    "characters in ids",
    "422 string_pattern_mismatch",
    [
        *(
            (f"{name} in {field}", post(text.replace("?", CANARY + mark).encode(), STRINGS))
            for name, mark in IDS.items()
            if "surrogate" not in name
            for field, text in (("a user", '{"user_id": "?"}'), ("the history", '{"history": [{"item_id": "?"}]}'))
        ),
        *(
            (f"{name} in a path", get(f"{STRINGS}/{CANARY}{mark}"))
            for name, mark in (
                ("NUL", "%00"),
                ("a line break", "%0A"),
                ("a mark that turns the direction", "%E2%80%AE"),
            )
        ),
    ],
)
CASES += cases(
    "characters in ids",
    "422 json_invalid",
    [("half a surrogate pair in a user", post(f'{{"user_id": "{CANARY}{IDS["half a surrogate pair"]}"}}'.encode()))],
)
CASES += cases(
    "characters in ids",
    "422 string_unicode",
    [("half a surrogate pair in a path", event(gateway_event(path=f"{STRINGS}/{CANARY}\ud800"), "lists"))],
)
