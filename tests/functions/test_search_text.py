"""What titles and queries are made of before they are compared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.catalogue.search_text import folded


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Star Wars (1977)", "star wars (1977)"),
        ("Amélie", "amelie"),
        ("ЁЛКИ: Йети", "елки: иети"),
        ("Straße", "strasse"),
        ("İstanbul", "istanbul"),
        ("«Война\u00a0и мир»", "воина и мир"),
        ("  two\r\n\tlines\u2028\x85", "two lines"),
        ("\u202eevil\u200f\0\x1b[31m", "evil[31m"),
        ("ﬁlm", "film"),
        ("", ""),
    ],
)
def test_case_accents_and_what_does_not_print_are_folded_away(text: str, expected: str) -> None:
    """Letters stay, and words are parted by single spaces."""
    assert folded(text) == expected


@given(st.text(max_size=50))
def test_what_is_folded_stays_as_it_is(text: str) -> None:
    """So a query finds the title that it was copied from, and no line has a break in it."""
    once = folded(text)
    assert folded(once) == once
    assert "\n" not in once
