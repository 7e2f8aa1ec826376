"""Values that no schema makes. All are JSON, as an event is before a function sees it."""

from typing import Any

from hypothesis import strategies as st

from tests.fuzz.canary import PLANT, TOKEN

DEEP = 300  # nested lists or objects; the runtime itself parses no deeper event than Python's parser does
HUGE_TEXT = PLANT * 40_000  # 280 kB
NUMBERS = (0, -1, 1, 7, 101, 2**31, 2**63 - 1, 2**63, 2**70, -(2**63), 10**30, 0.0, -0.0, 5.0, 1e308, 5e-324, 0.1)
TEXTS = (
    "",
    " ",
    "\0",
    "\n",
    "\r\nx-injected: 1",
    "\x7f",
    "\x85",
    "\u2028",
    "\u202e",
    "\ufeff",
    "\ufffe",
    "\ud800",
    "\udfff\ud800",
    "a\ud83d",
    "é",
    "\u0130",
    "ａｌｓ",  # noqa: RUF001 a Unicode twin
    "😀" * 64,
    "%00",
    "%ff",
    "%ed%a0%80",
    "%",
    "%%",
    "%2",
    "%252e%252e%252f",
    "..%2f..%2fetc%2fpasswd",
    "../../../../etc/passwd",
    "/",
    "//",
    "?",
    "#",
    ";",
    ",",
    "*",
    "{proxy+}",
    "{}",
    "[]",
    "null",
    "true",
    "NaN",
    "1e999",
    "-0",
    "٣",
    "9" * 5000,
    "0x10",
    "s3://bucket/key",
    "file:///etc/passwd",
    "http://127.0.0.1:1",
    "' OR 1=1 --",
    "${jndi:ldap://127.0.0.1/a}",
    "$(id)",
    "<script>",
    "__proto__",
    "__class__",
    "%s%n%x",
    "{0.__class__}",
    "a" * 257,
    "a" * 3000,
    HUGE_TEXT,
)


def texts() -> st.SearchStrategy[str]:
    """Hostile texts, planted ones, and whatever Hypothesis thinks of, surrogates too."""
    any_text = st.text(st.characters(), max_size=40)
    return st.one_of(
        st.sampled_from(TEXTS),
        st.just(PLANT),
        st.just(TOKEN),
        any_text,
        st.sampled_from(TEXTS[:-1]).map(lambda text: PLANT + text),
        any_text.map(lambda text: PLANT + text),
    )


def scalars() -> st.SearchStrategy[Any]:
    """Anything but lists and objects; no NaN, which is no JSON: `awslambdaric` refuses an event that holds it."""
    return st.one_of(
        st.none(),
        st.booleans(),
        st.sampled_from(NUMBERS),
        st.integers(-(2**80), 2**80),
        st.floats(allow_nan=False, allow_infinity=False),
        texts(),
    )


def anything() -> st.SearchStrategy[Any]:
    """Any JSON value, some of them deep or long."""
    return st.one_of(
        scalars(),
        st.recursive(
            scalars(),
            lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts(), inner, max_size=4),
            max_leaves=12,
        ),
        st.sampled_from([[], {}, [None] * 1000, {PLANT: PLANT}]).map(lambda value: value.copy()),  # type: ignore[attr-defined]
        st.builds(nested, st.integers(1, DEEP), st.booleans()),
    )


def nested(depth: int, objects: bool) -> Any:
    """A planted value so many lists or objects deep."""
    value: Any = PLANT
    for _ in range(depth):
        value = {PLANT: value} if objects else [value]
    return value
