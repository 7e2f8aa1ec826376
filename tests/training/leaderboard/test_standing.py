"""How an entrant stands, and the file that keeps it."""

import json
from collections import Counter
from dataclasses import replace
from multiprocessing.pool import ThreadPool
from pathlib import Path

import pytest

from tests.training.datasets import checkerboard, recipe
from training.leaderboard.answer import Answer
from training.leaderboard.asking import Asked
from training.leaderboard.entrants import Entrant
from training.leaderboard.exam import exam_of
from training.leaderboard.standing import Standing, append, standing_of
from training.recipe import ModelSection
from warmstart.errors import SettingsError

VERSION = "20261125T001826Z-e4888bd"
ENTRANT = Entrant("als", "http://localhost:8000", "als", "BOT")


RECIPE = recipe(ModelSection("popular", "popular", {}))
EXAM = exam_of(RECIPE, checkerboard())


def standing(asked: Asked) -> Standing:
    """Return how these answers stand on the checkerboard."""
    return standing_of(ENTRANT, RECIPE, "0" * 64, EXAM, asked, 1.0)


def answers(users: int, version: str | None = VERSION) -> Asked:
    """Answer so many users with the one item that they had next."""
    had = EXAM.item_ids.external(EXAM.truth.items)
    return Asked({u: Answer(u, [had[u]], version) for u in range(users)}, [0.001 * (u + 1) for u in range(users)])


def test_a_full_run_is_good() -> None:
    """Every user answered rightly: map@10 is 1, and the percentiles are those of the answers."""
    found = standing(answers(40))
    assert (found.users, found.answered, found.share, found.good, found.remarks) == (40, 40, 1.0, True, [])
    assert found.metrics["map@10"] == pytest.approx(1.0)
    assert (found.p50_ms, found.p99_ms) == (20.5, 39.61)
    assert found.versions == {VERSION: 40}


def test_fewer_than_999_of_1000_are_not_enough() -> None:
    """One of forty missing is said, and costs its share of map@10."""
    found = standing(replace(answers(39), unanswered=Counter({"timeout": 1})))
    assert not found.good
    assert found.remarks == ["als: 97.50% of the users were answered, 99.9% are needed"]
    assert found.metrics["map@10"] == pytest.approx(39 / 40)


@pytest.mark.parametrize(("answered", "good"), [(999, True), (998, False)])
def test_the_limit_is_exact(answered: int, *, good: bool) -> None:
    """999 of 1000 are enough."""
    assert replace(standing(Asked()), users=1000, answered=answered).good is good


def test_nobody_answered_has_no_latency() -> None:
    """A run without an answer has zeros and no percentiles."""
    found = standing(Asked(unanswered=Counter({"timeout": 40})))
    assert (found.p50_ms, found.p99_ms, found.versions) == (None, None, {})
    assert set(found.metrics.values()) == {0.0}


def test_a_model_that_knew_the_answers_is_noticed() -> None:
    """Not one hit among all users is what a version fitted on all rows looks like."""
    found = standing(Asked({u: Answer(u, [u]) for u in range(40)}, [0.1] * 40))
    assert "leaderboard publish makes one that has not" in found.remarks[0]


def test_a_change_during_the_run_is_noticed() -> None:
    """Answers of two versions are not one measurement."""
    asked = answers(40)
    asked.answers[3] = Answer(3, asked.answers[3].items, "20261125T001827Z-e4888bd")
    assert standing(asked).remarks == ["als: 2 versions answered, it was changed during the run"]


def test_results_are_only_ever_added_to(tmp_path: Path) -> None:
    """Many at once each leave a whole line after what was there."""
    path = tmp_path / "leaderboard.jsonl"
    path.write_text('{"at": "before"}\n')
    found = standing(answers(40))
    with ThreadPool(8) as pool:
        pool.map(lambda seconds: append(path, replace(found, seconds=seconds)), range(100))
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert lines[0] == {"at": "before"}
    assert sorted(line["seconds"] for line in lines[1:]) == [*range(100)]
    assert lines[1]["versions"] == {VERSION: 40}


def test_results_that_cannot_be_written_are_an_error(tmp_path: Path) -> None:
    """A folder that is not there is named."""
    with pytest.raises(SettingsError, match=r"none/leaderboard\.jsonl cannot be written"):
        append(tmp_path / "none" / "leaderboard.jsonl", standing(answers(40)))
