"""Titles as they are typed: which are found, and in what order."""

import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.catalogue.search_text import folded
from functions.catalogue.title_search import END, TitleSearch, write_search
from tests.functions.catalogues import HOSTILE, catalogue_of, films, found
from warmstart.artifact_writer import ArtifactWriter
from warmstart.texts import Texts

TITLES = ["The Empire Strikes Back", "Star Wars (1977)", "Rising Star", "Mustard", "A Star Is Born", "Star", "Ёлки 5"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("star", [2, 6, 3, 5, 4]),
        ("STAR w", [2]),
        ("star a", [2, 3, 5, 6, 4]),
        ("wars star", [2]),
        ("tar", [2, 3, 4, 5, 6]),
        ("1977", [2]),
        ("5", [5, 7]),
        ("елки", [7]),
        ("ёлк", [7]),
        ("nothing", []),
        ("star nothing", []),
        ("", [1, 2, 3, 4, 5, 6, 7]),
        (" \n", [1, 2, 3, 4, 5, 6, 7]),
    ],
)
def test_what_begins_with_the_query_comes_first(query: str, expected: list[int], tmp_path: Path) -> None:
    """Then words that begin with its first word, then the rest, each by users; an id before all."""
    assert found(catalogue_of(films(TITLES), tmp_path), query) == expected


def test_nothing_is_found_across_two_titles(tmp_path: Path) -> None:
    """The end of one and the beginning of the next are no word."""
    assert found(catalogue_of(films(["one", "two", "ab\ncd"]), tmp_path), "etw") == []


@pytest.mark.parametrize("query", [HOSTILE, "<img", "alert(1)", "a" * 9_999, "a" * 100])
def test_hostile_titles_are_found_as_others_are(query: str, tmp_path: Path) -> None:
    """Markup, control characters and ten thousand letters are data; of a long title only what is shown is found."""
    catalogue = catalogue_of(films(["harmless", HOSTILE, "a" * 10_000]), tmp_path)
    assert found(catalogue, query) == ([] if len(query) == 9_999 else [3] if query[0] == "a" == query[1] else [2])


def slowly(titles: list[str], users: list[int], query: str) -> list[int]:
    """Find as the contract words it."""
    lines, whole = [folded(title) for title in titles], folded(query)

    def order(row: int) -> tuple[int, int, int]:
        begins = re.search(rf"(?<![0-9a-zé]){re.escape(whole.split()[0])}", lines[row]) is not None
        return (0 if lines[row].startswith(whole) else 1 if begins else 2, -users[row], row)

    fitting = [row for row, line in enumerate(lines) if all(word in line for word in whole.split())]
    return sorted(fitting, key=order)


letters = st.text("ab é-1", max_size=8)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(letters, st.integers(1, 3)), min_size=1, max_size=12), letters.filter(folded))
def test_the_bytes_say_what_the_words_say(made: list[tuple[str, int]], query: str) -> None:
    """Whatever the titles are, the vectorised search answers as a loop over them does."""
    titles, users = [title for title, _ in made], [count for _, count in made]
    rows = np.argsort(-np.array(users), kind="stable").astype(np.int32)
    lines = Texts.build([folded(titles[row]).encode() + END for row in rows])
    assert TitleSearch(lines, rows).find(query).tolist() == slowly(titles, users, query)


def test_lines_are_written_most_users_first(tmp_path: Path) -> None:
    """So that whatever is found is in the order of popularity without a sort."""
    writer = ArtifactWriter(tmp_path)
    write_search(writer, ["a", "b", "c"], np.array([1, 3, 1], np.int32))
    rows = writer.added("search_rows")
    assert rows is not None
    assert rows.tolist() == [1, 0, 2]
