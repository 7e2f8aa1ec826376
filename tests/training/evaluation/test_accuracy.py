"""Ranking and classification metrics, worked out on paper."""

from math import log2, nan

import pytest

from tests.training.evaluation.frames import lists, truth
from training.evaluation.metrics import per_user

NAMES = ("map", "ndcg", "mrr", "precision", "recall", "hit_rate")
HALF = 1 / log2(3)  # what a hit at rank 2 gains


def values(
    items: list[list[int]], had: dict[int, list[int]], k: int, width: int | None = None
) -> dict[str, list[float]]:
    """Return each metric of each user."""
    found = per_user(NAMES, (k,), lists(*items, width=width), truth(had))
    return {name.removesuffix(f"@{k}"): of_users.tolist() for name, of_users in found.items()}


def test_two_hits_of_three_at_one_and_three() -> None:
    """Items 1, 2, 3 are recommended, 1, 3 and 7 were had: each metric is that of its definition."""
    found = values([[1, 2, 3]], {0: [7, 3, 1]}, k=3)
    ideal = 1 + HALF + 0.5
    assert {name: of_users[0] for name, of_users in found.items()} == pytest.approx(
        {
            "map": (1 / 1 + 2 / 3) / 3,
            "ndcg": (1 + 0.5) / ideal,
            "mrr": 1.0,
            "precision": 2 / 3,
            "recall": 2 / 3,
            "hit_rate": 1.0,
        }
    )


def test_a_shorter_k_looks_at_the_beginning_only() -> None:
    """At 1 the hit at rank 2 does not count."""
    found = values([[2, 1]], {0: [1]}, k=1)
    assert all(of_users == [0.0] for of_users in found.values())


def test_k_above_the_list_divides_by_k_all_the_same() -> None:
    """One hit of a list of one is a precision of a tenth at 10; the ideal has as many hits as the user had items."""
    found = values([[1]], {0: [1, 2]}, k=10)
    assert found["precision"] == [0.1]
    assert found["recall"] == [0.5]
    assert found["ndcg"] == pytest.approx([1 / (1 + HALF)])


def test_an_empty_answer_is_a_miss() -> None:
    """Who gets nothing has 0 everywhere, beside users who get something and where nobody does."""
    assert {of_users[1] for of_users in values([[1], []], {0: [1], 1: [1]}, k=1).values()} == {0.0}
    assert {of_users[0] for of_users in values([[]], {0: [1]}, k=5, width=0).values()} == {0.0}


def test_of_who_had_nothing_nothing_is_said() -> None:
    """A user with nothing relevant is nan, so that no mean counts them."""
    found = values([[1], [1]], {0: [], 1: [1]}, k=1)
    for of_users in found.values():
        assert of_users == pytest.approx([nan, 1.0], nan_ok=True)


def test_who_was_asked_for_matters() -> None:
    """The same item is a hit for the one who had it only."""
    assert values([[3], [3]], {4: [3], 9: [2]}, k=1)["hit_rate"] == [1.0, 0.0]
