"""SASRec's numbers: what reads what, and which loss it learns by."""

from typing import Any

import numpy as np
import pytest
import torch

from tests.training.datasets import DAY, tables
from training.algorithms.sasrec import Layers, SASRec
from training.interactions import Events, Interactions
from training.neural.sasrec import SequenceLearner
from training.neural.sequences import Batch, batches, newest

N_ITEMS, LENGTH = 12, 5
LAYERS: list[Layers] = ["ligr", "sasrec"]
SMALL: dict[str, Any] = {"factors": 8, "heads": 2, "length": LENGTH, "dropout": 0.0, "batch": 4, "learning_rate": 0.01}


def of(histories: list[list[int]], *, n_items: int = N_ITEMS) -> Interactions:
    """Return interactions of histories in their order; one more user has every item, so that rows are ids."""
    rows = [(user, item) for user, items in enumerate([*histories, list(range(n_items))]) for item in items]
    users, items = np.array(rows).T
    return Events.of(tables(users, items, times=np.arange(len(rows)) * DAY)).interactions()


def learner(
    histories: list[list[int]], *, layers: Layers = "ligr", negatives: int = 99, blocks: int = 2
) -> SequenceLearner:
    """Return a learner whose weights are not small, as after learning, and that drops nothing out."""
    torch.manual_seed(4)
    made = SequenceLearner(of(histories), SASRec(**SMALL, layers=layers, negatives=negatives, blocks=blocks))
    for values in made.network.parameters():
        values.data += 0.3 * torch.randn_like(values)
    made.network.eval()
    return made


def states(made: SequenceLearner, rows: list[list[int]], lengths: list[int] | None = None) -> Any:
    """Return the states of some sequences: (b, l, d)."""
    batch = Batch(torch.tensor(rows), torch.tensor(lengths or [len(row) for row in rows]))
    with torch.no_grad():
        return made._states(batch).numpy()


@pytest.mark.parametrize("layers", LAYERS)
def test_no_state_reads_a_later_event(layers: Layers) -> None:
    """Whatever comes after, those before stay; and the event itself is read, as are those before it."""
    made = learner([[1, 2]], layers=layers)
    one = states(made, [[1, 2, 3, 4, 5]])[0]
    for place in range(1, 5):
        row = [1, 2, 3, 4, 5]
        row[place:] = [10] * (5 - place)
        other = states(made, [row])[0]
        np.testing.assert_allclose(other[:place], one[:place], atol=1e-6)
        assert (np.abs(other[place:] - one[place:]).max(axis=1) > 1e-3).all()


@pytest.mark.parametrize("layers", LAYERS)
def test_padding_changes_no_state(layers: Layers) -> None:
    """Alone, beside a longer sequence, and whatever item the padding names."""
    made = learner([[1, 2]], layers=layers)
    alone = states(made, [[3, 1, 4]])[0]
    for padding in (0, 7):
        beside = states(made, [[3, 1, 4, padding, padding], [5, 6, 7, 8, 9]], [3, 5])
        np.testing.assert_allclose(beside[0, :3], alone, atol=1e-5)
        np.testing.assert_allclose(beside[1], states(made, [[5, 6, 7, 8, 9]])[0], atol=1e-5)


def test_order_counts() -> None:
    """The same items in another order are another history."""
    one, other = states(learner([[1]]), [[1, 2, 3], [2, 1, 3]])
    assert np.abs(one[-1] - other[-1]).max() > 1e-3


@pytest.mark.parametrize("layers", LAYERS)
def test_only_the_newest_count(layers: Layers) -> None:
    """Of two histories that end alike, the vectors are alike; who has none gets no error."""
    long = [9, 8, 7, 1, 2, 3, 4, 5]
    made = learner([long, [1, 2, 3, 4, 5], [6, 2, 3, 4, 5]], layers=layers)
    vectors = made.vectors(np.arange(3, dtype=np.int32))
    np.testing.assert_allclose(vectors[0], vectors[1], atol=1e-6)
    assert np.abs(vectors[0] - vectors[2]).max() > 1e-3
    np.testing.assert_allclose(vectors[0], states(made, [[1, 2, 3, 4, 5]])[0, -1], atol=1e-5)
    assert made.given(0).shape == (LENGTH, 8)


def test_users_of_all_lengths_are_encoded_as_alone() -> None:
    """A batch is none of anybody's business."""
    rng = np.random.default_rng(2)
    made = learner([rng.permutation(N_ITEMS)[:length].tolist() for length in range(1, 9)])
    users = np.arange(8, dtype=np.int32)
    alone = np.concatenate([made.vectors(users[[user]]) for user in users])
    np.testing.assert_allclose(made.vectors(users), alone, atol=1e-5)


def test_an_epoch_tells_each_event_from_those_before() -> None:
    """Every user of two events once, the newest of them, and the target of each place is the next event."""
    long = list(range(9))
    interactions = of([long, [3], [4, 5]])
    found = [*batches(interactions, LENGTH + 1, 2, np.random.default_rng(1))]
    rows = [row[:n].tolist() for batch in found for row, n in zip(batch.items, batch.lengths.tolist(), strict=True)]
    assert sorted(rows) == sorted([long[-LENGTH - 1 :], [4, 5], list(range(N_ITEMS))[-LENGTH - 1 :]])
    batch = newest(interactions, np.array([0, 1, 2], np.int32), 4)
    assert batch.items.tolist() == [[5, 6, 7, 8], [3, 0, 0, 0], [4, 5, 0, 0]]
    assert batch.there.sum(dim=1).tolist() == [4, 1, 2]


class All:
    """Draws every item once."""

    def integers(self, n: int, size: int) -> Any:
        """Return them in another order."""
        assert size == N_ITEMS - 1
        return np.arange(n)[::-1].copy()


def loss(made: SequenceLearner, rng: Any) -> tuple[float, int]:
    """Return the loss of two sequences, and of how many events it is the mean."""
    batch = Batch(torch.tensor([[1, 2, 3, 4], [5, 6, 0, 0]]), torch.tensor([4, 2]))
    with torch.no_grad():
        value, events = made._loss(batch, rng)
    return float(value), events


def test_a_sample_of_everything_is_the_whole_softmax() -> None:
    """The item that is right is drawn too, and does not count against itself."""
    sampled, whole = learner([[1]], negatives=N_ITEMS - 1), learner([[1]], negatives=N_ITEMS)
    assert loss(sampled, All()) == pytest.approx(loss(whole, None), rel=1e-5)


def test_the_loss_is_that_of_its_formula() -> None:
    """The mean of -log softmax over all items, of each event but a sequence's first."""
    made = learner([[1]])
    first, second = states(made, [[1, 2, 3]])[0], states(made, [[5]])[0]
    items = made.item_vectors()
    terms = []
    for state, target in zip([*first, *second], [2, 3, 4, 6], strict=True):
        logits = (items @ state).astype(np.float64)
        terms.append(np.log(np.exp(logits).sum()) - logits[target])
    value, events = loss(made, None)
    assert value == pytest.approx(np.mean(terms), rel=1e-4)
    assert events == 4


def test_a_sample_that_is_only_the_right_item_costs_nothing() -> None:
    """It is masked out, so nothing is left to be told from."""

    class Right:
        def integers(self, n: int, size: int) -> Any:  # noqa: ARG002 as it is called
            return np.array([2])

    made = learner([[1]], negatives=1)
    batch = Batch(torch.tensor([[1, 2]]), torch.tensor([2]))
    value, _ = made._loss(batch, Right())  # type: ignore[arg-type]
    assert float(value.detach()) == 0


def test_what_always_follows_is_learnt() -> None:
    """After each item comes the next in a circle, and that is what is ranked first."""
    circles = [[(start + step) % N_ITEMS for step in range(6)] for start in range(N_ITEMS)] * 2
    torch.manual_seed(1)
    made = SequenceLearner(of(circles), SASRec(**{**SMALL, "heads": 1, "learning_rate": 0.02}, blocks=1, negatives=99))
    losses = [made.epoch(np.random.default_rng(number)) for number in range(25)]
    assert losses[-1] < 0.3 * losses[0]
    users = np.arange(N_ITEMS, dtype=np.int32)
    best = (made.vectors(users) @ made.item_vectors().T).argmax(axis=1)
    assert (best == [(start + 6) % N_ITEMS for start in range(N_ITEMS)]).mean() > 0.9
