"""Metrics beyond accuracy, worked out on paper."""

from collections import Counter
from math import log2, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.training.evaluation.frames import lists, truth
from training.evaluation.beyond import Learnt, genre_matrix
from training.evaluation.metrics import of_all, per_user

GENRES = ["Drama", "Drama|War", "Comedy", "", "Comedy|War"]
LEARNT = Learnt(np.array([4, 2, 2, 1, 0]), users=4, genres=genre_matrix(GENRES))  # item 4 was not learnt from


def values(name: str, items: list[list[int]], had: dict[int, list[int]], k: int) -> list[float]:
    """Return a metric of each user."""
    found: list[float] = per_user([name], (k,), lists(*items), truth(had), LEARNT)[f"{name}@{k}"].tolist()
    return found


def test_novelty_is_the_mean_of_bits() -> None:
    """What all four users had says nothing, what two of four had 1 bit, what one of four had 2."""
    assert values("novelty", [[0, 1, 3], [0]], {0: [1], 1: [1]}, k=3) == pytest.approx([(0 + 1 + 2) / 3, 0.0])


def test_what_nobody_had_counts_as_one_users() -> None:
    """A cold item is no more novel than one that a single user had."""
    assert values("novelty", [[4]], {0: [1]}, k=1) == [log2(4)]


def test_popularity_is_the_mean_share_of_interactions() -> None:
    """Items with 4 and 1 of 9 interactions share 5 / 18 each on average."""
    assert values("popularity", [[0, 3]], {0: [1]}, k=2) == pytest.approx([(4 / 9 + 1 / 9) / 2])


def test_serendipity_is_a_hit_before_its_turn() -> None:
    """Of 4 items the third most popular at rank 1 gains 2 / 4; items 1 and 2 are equally popular, both second."""
    assert values("serendipity", [[3, 1]], {0: [3]}, k=2) == pytest.approx([(2 / 4) / 2])
    assert values("serendipity", [[1], [2]], {0: [1], 1: [2]}, k=1) == pytest.approx([1 / 4, 1 / 4])
    assert values("serendipity", [[0, 1]], {0: [0]}, k=2) == [0.0]


def test_diversity_counts_differing_genres_per_pair() -> None:
    """Drama and Drama|War differ in one genre, each from Comedy in two and three: 6 over 3 pairs."""
    assert values("diversity", [[0, 1, 2], [0, 3]], {0: [1], 1: [1]}, k=3) == pytest.approx([2.0, 1.0])


def test_diversity_of_one_item_is_none() -> None:
    """A single item has nothing to differ from."""
    assert values("diversity", [[0, 1]], {0: [1]}, k=1) == [0.0]


@pytest.mark.parametrize("name", ["novelty", "popularity", "serendipity", "diversity"])
def test_an_empty_answer_has_no_character(name: str) -> None:
    """Who gets nothing is nan, and no mean counts them."""
    assert values(name, [[], [0]], {0: [1], 1: [1]}, k=1) == pytest.approx(
        [nan, values(name, [[0]], {0: [1]}, 1)[0]], nan_ok=True
    )


def test_coverage_is_of_all_answers_together() -> None:
    """Two users who get items 0, 1 and 1, 2 cover 3 of 4 at 2, and 2 of 4 at 1; the item not learnt is no catalogue."""
    assert of_all(["coverage"], (1, 2), lists([0, 1], [1, 2]), LEARNT) == {"coverage@1": 0.5, "coverage@2": 0.75}


def test_concentration_is_the_share_of_the_ten_recommended_most() -> None:
    """Of two answers of 11 and 4 items two items are in both: the ten most have 12 of 15; of the first of each all."""
    given = lists([*range(11)], [0, 1, 11, 12])
    found = of_all(["concentration"], (1, 11), given, LEARNT)
    assert found == {"concentration@1": 1.0, "concentration@11": 12 / 15}


def test_without_any_recommendation_there_is_no_concentration() -> None:
    """Where all answers are empty the ratio is nan, and warns of nothing."""
    assert np.isnan(of_all(["concentration"], (1,), lists([], width=1), LEARNT)["concentration@1"])


@given(st.lists(st.lists(st.integers(0, 29), unique=True, max_size=6), min_size=1, max_size=30), st.integers(1, 7))
def test_concentration_is_what_counting_gives(answers: list[list[int]], k: int) -> None:
    """Whatever is recommended, the ratio is that of a plain count of all items."""
    counts = Counter(item for answer in answers for item in answer[:k])
    expected = sum(count for _, count in counts.most_common(10)) / counts.total() if counts else nan
    found = of_all(["concentration"], (k,), lists(*answers, width=6), LEARNT)[f"concentration@{k}"]
    assert found == pytest.approx(expected, nan_ok=True)


def test_without_genres_there_is_no_diversity() -> None:
    """No genres, or empty ones only, are no matrix, and diversity is not computed."""
    assert genre_matrix(None) is None
    assert genre_matrix(["", ""]) is None
    found = per_user(["diversity", "novelty"], (1,), lists([0]), truth({0: [1]}), Learnt(LEARNT.users_of, 4, None))
    assert [*found] == ["novelty@1"]
