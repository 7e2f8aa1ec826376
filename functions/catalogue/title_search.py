"""Finds titles as they are typed: over the folded bytes of all of them at once, with nothing built at load."""

import re
from typing import Self

import numpy as np
from numpy.typing import NDArray

from functions.catalogue.search_text import folded
from warmstart.artifact import Artifact
from warmstart.artifact_writer import ArtifactWriter
from warmstart.scorer import NO_ROWS, Rows
from warmstart.texts import Texts

END = b"\n"  # of every line; no folded text holds it, so nothing is found across two of them
MASKED = 4  # bytes of a word that are compared everywhere; the others only where these stand
MOST_COMPARED = 2**24  # bytes of text, for those others; beyond, as in titles of one letter over and over, re is faster
IN_WORDS = np.array([chr(byte).isalnum() or byte > 127 for byte in range(256)])

Places = NDArray[np.int64]
Bytes = NDArray[np.uint8]


class TitleSearch:
    """A line per item, that of the item with the most users first, so what is found is in the order of popularity."""

    def __init__(self, lines: Texts, rows: Rows) -> None:
        self._lines = lines  # of n_items
        self._rows = rows  # (n_items,) whose line each is

    @classmethod
    def load(cls, artifact: Artifact, n_items: int) -> Self:
        """Open `item_search` and `search_rows`; raise Incompatible where they do not fit the items."""
        return cls(Texts.load(artifact, "item_search", n_items), artifact.array("search_rows", np.int32, n_items))

    def find(self, query: str) -> Rows:
        """Return the rows of the items whose line holds every word, most users first: (found,). No word is in all.

        Those whose line begins with the query come first, then those with a word that begins with its first word.
        """
        whole = folded(query).encode()
        if not whole:
            return self._rows
        words, lines, rows = [*dict.fromkeys(whole.split())], self._lines, self._rows
        for word in sorted(words[1:], key=len, reverse=True):  # the longest is the rarest, as a rule
            keep = np.zeros(len(rows), np.bool_)
            keep[_lines_of(lines, places_of(word, lines.text))] = True
            lines, rows = lines.subset(keep), rows[keep]
        places = places_of(words[0], lines.text)
        if not len(places):
            return NO_ROWS
        holding = _lines_of(lines, places)
        first = np.flatnonzero(np.diff(holding, prepend=-1))  # place of each line's first find
        found = holding[first]
        starts_word = np.logical_or.reduceat(_after_no_word(places, lines.text), first)
        order = np.where(_begin_with(whole, lines, found), 0, np.where(starts_word, 1, 2))
        ranked: Rows = rows[found[np.argsort(order, kind="stable")]]
        return ranked


def write_search(writer: ArtifactWriter, titles: list[str], popularity: NDArray[np.int32]) -> None:
    """Add what `TitleSearch` opens.

    Args:
        writer: of the draft.
        titles: (n_items,) what each item is found by.
        popularity: (n_items,) its users.
    """
    rows = np.argsort(-popularity, kind="stable").astype(np.int32)
    Texts.build([folded(titles[row]).encode() + END for row in rows.tolist()]).write(writer, "item_search")
    writer.array("search_rows", rows)


def places_of(word: bytes, text: Bytes) -> Places:
    """Return where a word, which is not empty, stands in a text: ascending; of places that overlap, perhaps one."""
    count = max(len(text) - len(word) + 1, 0)
    there = text[:count] == word[0]
    for place, byte in enumerate(word[1:MASKED], 1):
        there &= text[place : place + count] == byte
    places, compared = np.flatnonzero(there), 0
    for place, byte in enumerate(word[MASKED:], MASKED):
        compared += len(places)
        if compared > MOST_COMPARED:
            return np.fromiter((found.start() for found in re.finditer(re.escape(word), text.data)), np.int64)
        places = places[text[places + place] == byte]
    return places


def _lines_of(lines: Texts, places: Places) -> Places:
    return np.searchsorted(lines.offsets, places, side="right") - 1


def _after_no_word(places: Places, text: Bytes) -> NDArray[np.bool_]:
    """Return whether a word begins at each place: (p,)."""
    begins: NDArray[np.bool_] = (places == 0) | ~IN_WORDS[text[places - 1]]
    return begins


def _begin_with(query: bytes, lines: Texts, rows: Places) -> NDArray[np.bool_]:
    """Return which of some lines begin with the query: (len(rows),)."""
    begins = np.ones(len(rows), np.bool_)
    left, starts = np.arange(len(rows)), lines.offsets[rows]
    for place, byte in enumerate(query):  # the end of a line fits no byte, so nobody reads beyond the last
        fits = lines.text[starts[left] + place] == byte
        begins[left[~fits]] = False
        left = left[fits]
    return begins
