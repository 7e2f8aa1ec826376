"""recbole is a process of its own, and nothing it leaves is believed unread."""

from pathlib import Path

import numpy as np
import pytest

from tests.training.frameworks.given import STAND_IN, board, needs_recbole
from training.frameworks.learning import Learning
from training.frameworks.recbole_run import OWN, recbole_lists
from warmstart.errors import DataError


def test_the_process_is_given_pairs_and_gives_lists() -> None:
    """Two models, each with its lists of unseen items and its seconds."""
    learning, _ = board()
    found = recbole_lists(learning, {"One": {}, "Two": {}}, STAND_IN)
    assert [*found] == ["One", "Two"]
    assert found["One"].seconds == 1.5
    first = learning.asked[0]
    unseen = np.setdiff1d(np.arange(learning.n_items), learning.items[learning.users == first])
    assert found["Two"].items[0].tolist() == unseen[: learning.k].tolist()


def test_places_count_each_users_history() -> None:
    """The oldest is 0, whoever comes before in the table."""
    rows = np.array([0, 0, 0, 2, 2], np.int32)
    assert Learning(rows, rows, rows[:1], 3, 7).places.tolist() == [0, 1, 2, 0, 1]


@pytest.mark.parametrize(
    ("does", "says"),
    [
        ("fails", "recbole failed: OutOfLuck: no luck today"),
        ("gives seen", "items that were seen"),
        ("gives twice", "an item twice"),
        ("gives strangers", "rows that no item has"),
        ("gives floats", "float64"),
        ("gives objects", "no array"),
        ("gives too much", "too large a One.npy"),
        ("gives nothing", "no One.npy"),
        ("tells no time", "no seconds of One"),
        ("tells nonsense", "seconds.json that is none"),
    ],
)
def test_what_is_wrong_is_said(does: str, says: str) -> None:
    """Whatever the process does, one sentence says it."""
    with pytest.raises(DataError, match=says):
        recbole_lists(board()[0], {"One": {"does": does}}, STAND_IN)


def test_a_process_that_hangs_is_ended() -> None:
    """It may run for so long and no longer."""
    with pytest.raises(DataError, match="had not finished after 2 s"):
        recbole_lists(board()[0], {"One": {"does": "sleeps"}}, STAND_IN._replace(limit=2.0))


def test_without_the_environment_its_command_is_named(tmp_path: Path) -> None:
    """The reader is told what to run."""
    with pytest.raises(DataError, match="make setup-recbole"):
        recbole_lists(board()[0], {"One": {}}, OWN._replace(python=tmp_path / "python"))


@pytest.mark.slow
@needs_recbole
def test_recbole_learns_the_checkerboard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Real models, general ones and one of sequences: even users get even items, twice the same, nothing left."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    models = {
        "EASE": {"reg_weight": 1.0},
        "ItemKNN": {"k": 10},
        "BPR": {"epochs": 200, "learning_rate": 0.01},
        "NeuMF": {"epochs": 1},
        "LightGCN": {"epochs": 20, "learning_rate": 0.01},
        "MultiVAE": {"epochs": 40, "train_batch_size": 16},
        "RecVAE": {"epochs": 10, "train_batch_size": 16},
        "SASRec": {"epochs": 1, "MAX_ITEM_LIST_LENGTH": 5},
        "GRU4Rec": {"epochs": 1, "MAX_ITEM_LIST_LENGTH": 5},
    }
    learning, _ = board()
    found, again = (recbole_lists(learning, models) for _ in range(2))
    for name in models:
        assert (found[name].items == again[name].items).all(), name
    unseen = learning.n_items // 2 - np.bincount(learning.users)[learning.asked]
    for name in ("EASE", "ItemKNN", "BPR", "LightGCN", "MultiVAE", "RecVAE"):
        for user, most, items in zip(learning.asked, unseen, found[name].items, strict=True):
            assert (items[:most] % 2 == user % 2).all(), name
    assert not [*tmp_path.iterdir()]
