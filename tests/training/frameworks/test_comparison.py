"""Frameworks are compared by our own metrics, and what chance may have done is not called better."""

import numpy as np
import pytest

from tests.training.datasets import checkerboard, recipe
from tests.training.frameworks.given import STAND_IN, board
from training.evaluation.truth import Truth
from training.frameworks.comparison import BY, Comparison, Entry, compare_frameworks, measured_lists, ranked
from training.frameworks.learning import Lists
from training.frameworks.rectools_side import rectools_lists
from training.recipe import ModelSection
from warmstart.errors import DataError

SMALL = {"epochs": 2, "n_factors": 16, "n_blocks": 1, "n_heads": 2, "session_max_len": 10}


def entry(truth: Truth, name: str, right: float, seconds: float) -> Entry:
    """Make a model that puts what is right first for the first part of the users, and nothing for the others."""
    items = np.full((len(truth.users), 10), -1, np.int32)
    given = int(right * len(items))
    items[:given, 0] = np.searchsorted(truth.catalogue, truth.items[:given])
    return Entry("made up", name, measured_lists(Lists(items, seconds), truth), seconds)


def compared(*rights: float) -> Comparison:
    """Compare made-up models, the later the slower."""
    _, truth = board()
    return ranked([entry(truth, f"m{n}", right, 1.0 + n) for n, right in enumerate(rights)], 3)


def test_lists_are_measured_in_the_rows_of_the_truth() -> None:
    """All right is 1, half right a half."""
    found = compared(0.5, 1.0)
    assert [each.measured.metrics[BY] for each in found.entries] == [1.0, 0.5]
    assert [each.name for each in found.entries] == ["made up m1", "made up m0"]
    assert found.entries[1].measured.personal_share == 0.5


def test_what_is_told_apart_is_chosen_whatever_it_costs() -> None:
    """The slow one is far better."""
    found = compared(0.1, 1.0)
    assert found.chosen.model == "m1"
    assert "It is better than made up m0" in found.conclusion()
    assert found.conclusion().endswith("no other comes near it.")


def test_of_those_alike_the_quickest_is_chosen() -> None:
    """One user more says nothing."""
    found = compared(0.475, 0.5, 0.0)
    assert found.entries[0].model == "m1"
    assert [each.model for each in found.alike] == ["m1", "m0"]
    assert found.chosen.model == "m0"
    assert "not to be told from made up m0" in found.conclusion()


def test_the_table_has_a_line_for_each() -> None:
    """The best first, and what the test says of the others."""
    best, other = compared(1.0, 0.0).table()
    assert (best["model"], best["p"], other["the best has more"]) == ("m0", None, 1.0)
    assert other["p"] < 0.05
    assert best["seconds"] == 1.0


def test_rectools_has_two_such_models() -> None:
    """Another name is refused before anything is fitted."""
    with pytest.raises(DataError, match="no model GRU of RecTools; there are SASRec, BERT4Rec"):
        rectools_lists(board()[0], {"GRU": {}})


@pytest.mark.slow
def test_all_stand_in_one_table() -> None:
    """A process for recbole, RecTools' models and popularity, on the same users; the same again."""
    pytest.importorskip("torch", reason="RecTools' neural models need the extra `neural`")
    asked = recipe(ModelSection("popular", "popular", {}))
    first, again = (
        compare_frameworks(asked, checkerboard(), {"EASE": {}}, {"SASRec": SMALL, "BERT4Rec": SMALL}, STAND_IN)
        for _ in range(2)
    )
    names = {"recbole EASE", "RecTools SASRec", "RecTools BERT4Rec", "warmstart popular"}
    assert {each.name for each in first.entries} == names
    assert len({each.measured.users for each in first.entries}) == 1
    scores = [each.measured.metrics[BY] for each in first.entries]
    assert scores == sorted(scores, reverse=True)
    assert scores == [each.measured.metrics[BY] for each in again.entries]
