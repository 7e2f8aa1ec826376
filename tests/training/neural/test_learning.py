"""How long is learnt, and that only the seed decides what comes of it."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch

from tests.training.neural.given import SMALL, fitted, same, some
from training.algorithms import ALGORITHMS
from training.algorithms.base import settings_of
from training.algorithms.encoded import Encoded
from training.interactions import Interactions
from training.neural.learning import Learnt, Schedule, best, learn
from training.neural.onnx_file import Served
from training.neural.validation import Held
from training.neural.watch import Epoch, Watch
from warmstart.errors import DataError


class Counted:
    """Learns nothing, and counts how often."""

    made: list["Counted"]

    def __init__(self, interactions: Interactions) -> None:
        self.interactions = interactions
        self.network = torch.nn.Linear(1, 1)
        self.optimizer = torch.optim.Adam(self.network.parameters())
        self.epochs = 0
        self.made.append(self)

    def epoch(self, rng: np.random.Generator) -> float:
        """Count."""
        self.epochs += 1
        return float(rng.random())

    def vectors(self, users: Any) -> Any:
        """Return something."""
        return np.ones((len(users), 1), np.float32)

    def item_vectors(self) -> Any:
        """Return something."""
        return np.ones((self.interactions.n_items, 1), np.float32)

    def served(self) -> Served:
        """Serve nothing."""
        raise NotImplementedError

    def given(self, user: int) -> Any:
        """Serve nothing."""
        raise NotImplementedError


@pytest.fixture
def quality(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """Let validation find the numbers of a list, one after another."""
    numbers: list[float] = []
    asked = iter(range(10**6))
    monkeypatch.setattr(Held, "ndcg", lambda *_: numbers[next(asked)])
    Counted.made = []
    yield numbers
    Counted.made = []


def found(schedule: Schedule, interactions: Interactions) -> Learnt:
    """Learn nothing."""
    return learn(Counted, interactions, schedule, "counted", Watch())


@pytest.mark.parametrize(
    ("curve", "tried", "epochs"),
    [
        ([0.1, 0.3, 0.2, 0.2, 0.2, 9], 5, 2),
        ([0.3, 0.3, 0.3, 0.3, 9], 4, 1),
        ([0.1, 0.2, 0.1, 0.3, 0.1, 0.1, 0.4, 0.5, 0.6, 9], 9, 9),
        ([0.0, 0.0, 0.0, 0.0], 4, 1),
    ],
)
def test_it_stops_after_patience_and_takes_the_best(
    quality: list[float], curve: list[float], tried: int, epochs: int
) -> None:
    """A new learner then learns from all interactions for exactly as many epochs."""
    quality += curve
    interactions = some()
    learnt = found(Schedule(9, 3, 0.5, 1), interactions)
    search, whole = Counted.made
    assert (search.epochs, whole.epochs, learnt.epochs, len(learnt.curve)) == (tried, epochs, epochs, tried)
    assert learnt.learner is whole
    assert whole.interactions is interactions
    assert len(search.interactions.items) < len(interactions.items)
    assert best(learnt.curve) == epochs - 1


def test_without_a_fold_it_learns_for_as_long_as_is_said(quality: list[float]) -> None:
    """Where nobody is to be held back of, or nobody has two items."""
    for schedule, interactions in ((Schedule(4, 1, 0.0, 1), some()), (Schedule(4, 1, 0.5, 1), some(users=1))):
        learnt = found(schedule, interactions)
        assert (learnt.epochs, learnt.curve, Counted.made.pop().epochs) == (4, [], 4)
        assert not Counted.made
    assert not quality


@pytest.mark.parametrize("name", SMALL)
def test_what_was_found_is_then_the_setting(name: str) -> None:
    """So whoever fits with these settings again, on all rows, searches for nothing."""
    network = fitted(name, some(), validation=0.5, epochs=5, patience=2)
    settings = settings_of(network)
    assert settings["validation"] == 0
    assert settings["epochs"] == 1 + best(network.curve_)
    again = ALGORITHMS[name](**settings).fit(some(), np.random.default_rng(2))
    assert isinstance(again, Encoded)
    assert same(again, network)
    assert again.curve_ == []


@pytest.mark.parametrize("name", SMALL)
def test_only_the_seed_decides(name: str) -> None:
    """Equal seeds make equal bytes, whatever was drawn elsewhere; and torch's and numpy's state stay as they were."""
    interactions = some()
    torch.manual_seed(5)
    np.random.seed(5)
    states = torch.random.get_rng_state(), np.random.get_state()[1].tolist()  # type: ignore[index]
    one = fitted(name, interactions, validation=0.5)
    assert torch.equal(torch.random.get_rng_state(), states[0])
    assert np.random.get_state()[1].tolist() == states[1]  # type: ignore[index]
    torch.rand(7)
    assert same(fitted(name, interactions, validation=0.5), one)
    assert not same(fitted(name, interactions, validation=0.5, seed=3), one)


def test_a_loss_that_is_no_number_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """At once, with what to do."""
    Counted.made = []
    monkeypatch.setattr(Counted, "epoch", lambda *_: float("nan"))
    with pytest.raises(DataError, match="epoch 1 is no number; take a smaller learning_rate"):
        found(Schedule(4, 1, 0.0, 1), some())


def test_progress_is_told_now_and_then() -> None:
    """The first epoch and the last, and others after a while."""
    said: list[str] = []
    watch = Watch(said.append)
    for number in range(1, 6):
        watch.tell("learning", [Epoch(0.5, 0.25, 0.125)] * number, 5)
    assert said == [f"learning: epoch {n} of 5, loss 0.5000, ndcg@10 0.1250, 0.2 s" for n in (1, 5)]
