"""What counts as an answer."""

import json

import pytest

from training.evaluation import measure
from training.leaderboard.answer import Answer, Failure, K, Question, read_answer

ASKED = Question(7, int, K)
TEN = [*range(1, 11)]


def test_the_course_shape_is_an_answer() -> None:
    """User and items are enough; ours has more, and its version is read."""
    version = "20261125T001826Z-e4888bd"
    assert read_answer(json.dumps({"user_id": 7, "items": TEN}).encode(), ASKED) == Answer(7, TEN)
    ours = read_answer(json.dumps({"user_id": 7, "items": TEN, "source": "model", "version": version}).encode(), ASKED)
    assert isinstance(ours, Answer)
    assert ours.version_name == version


def test_as_many_items_are_asked_for_as_are_measured() -> None:
    """The API's own k is the k of the metrics."""
    assert measure.K == K


@pytest.mark.parametrize("version", ["x" * 10_000, "<b>", 3, None, {"a": 1}])
def test_a_version_in_other_words_is_none(version: object) -> None:
    """Only what looks like a version of ours gets into the results."""
    found = read_answer(json.dumps({"user_id": 7, "items": TEN, "version": version}).encode(), ASKED)
    assert isinstance(found, Answer)
    assert found.version_name is None


@pytest.mark.parametrize(
    ("items", "kind"),
    [
        (TEN[:9], "too few items"),
        ([], "too few items"),
        ([*TEN, 11], "too many items"),
        ([*TEN[:9], 1], "an item twice"),
        ([*TEN[:9], "10"], "ids of another type"),
        ([*TEN[:9], 10.0], "not an answer"),
        ([*TEN[:9], True], "not an answer"),
        ([*TEN[:9], None], "not an answer"),
        ([*TEN[:9], -1], "not an answer"),
        ([*TEN[:9], 2**63], "not an answer"),
        ([*TEN[:9], [10]], "not an answer"),
        ([*TEN[:9], float("nan")], "not an answer"),
        ([*TEN[:9], float("inf")], "not an answer"),
        ("abcdefghij", "not an answer"),
    ],
)
def test_other_items_are_failures(items: object, kind: str) -> None:
    """Exactly ten different ids of the table's type, or a failure that says which rule it broke."""
    assert read_answer(json.dumps({"user_id": 7, "items": items}).encode(), ASKED) == Failure(kind)


@pytest.mark.parametrize(
    "body", [b"", b"null", b"[]", b"{}", b'{"items": [1]}', b"\xff\xfe", b"[" * 100_000, b"<html>"]
)
def test_other_bodies_are_failures(body: bytes) -> None:
    """What is no JSON object with a user and items is no answer."""
    assert read_answer(body, ASKED) == Failure("not an answer")


@pytest.mark.parametrize("user", [8, "7"])
def test_the_answer_of_somebody_else_is_a_failure(user: object) -> None:
    """The answer must be about who was asked for, in the same type."""
    body = json.dumps({"user_id": user, "items": TEN}).encode()
    assert read_answer(body, ASKED) == Failure("another user's answer")


def test_a_small_catalogue_may_answer_less() -> None:
    """Where fewer than ten items are unseen, all of them are enough."""
    body = json.dumps({"user_id": "u", "items": ["a", "b"]}).encode()
    assert isinstance(read_answer(body, Question("u", str, 2)), Answer)
    assert read_answer(body, Question("u", str, 3)) == Failure("too few items")
