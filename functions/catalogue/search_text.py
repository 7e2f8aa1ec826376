"""What is compared when somebody looks for a title: training writes it, a request's query becomes it."""

import unicodedata
from functools import cache


def folded(text: str) -> str:
    """Return a text without case, accents and line breaks, its words parted by single spaces.

    What does not print, such as a mark of direction, is left out; punctuation that no keyboard has parts words.
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.lower().split())
    bare = "".join(map(_bare, unicodedata.normalize("NFKD", text))).casefold()
    return " ".join("".join(map(_bare, unicodedata.normalize("NFKD", bare))).split())


@cache
def _bare(char: str) -> str:
    """Return what is left of one character."""
    kind = unicodedata.category(char)
    if char.isspace() or (kind[0] in "PZ" and not char.isascii()):
        return " "
    return "" if unicodedata.combining(char) or kind in ("Cc", "Cf") else char
