"""Networks beside each other: how they learnt, and what is said of their answers."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from tests.training.datasets import checkerboard, recipe
from training.algorithms.encoded import Encoded
from training.evaluation.splits import split
from training.evaluation.truth import truth_of
from training.fitting import Fitting
from training.interactions import Events
from training.judge import Judge
from training.neural_comparison import BY, Networks, compare_networks
from training.recipe import Fold, ModelSection
from training.section import Setting

pytest.importorskip("torch", reason="networks need the extra `neural`")

SMALL: Mapping[str, Setting] = {"hidden": 16, "factors": 4, "batch": 16, "learning_rate": 0.01, "epochs": 30}
MODELS = {
    "learns": ModelSection("autoencoder", "autoencoder", SMALL),
    "hardly learns": ModelSection("autoencoder", "autoencoder", {**SMALL, "epochs": 1, "learning_rate": 1e-6}),
    "floor": ModelSection("popular", "popular", {}),
}
SEED = 32


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Judge:
    """Make what measures on the diagonal of the checkerboard."""
    events = Events.of(checkerboard())
    learn, test = split(events, Fold("leave_last_out"))
    fitting = Fitting(recipe(), events.interactions(learn), {})
    return Judge(fitting, truth_of(events, test), tmp_path_factory.mktemp("drafts"))


@pytest.fixture(scope="module")
def found(judge: Judge) -> Networks:
    """Compare an autoencoder with one that has no time to learn, and with what is popular."""
    return compare_networks(MODELS, judge, SEED)


def test_each_has_a_line(found: Networks) -> None:
    """The one that is asked about first is compared with no one; what is popular has no epochs."""
    first, second, floor = found.table()
    assert [line["model"] for line in (first, second, floor)] == [*MODELS]
    assert (first["the first has more"], first["p"]) == (None, None)
    assert second["the first has more"] == pytest.approx(first[BY] - second[BY], abs=1e-5)
    assert floor["p"] == found.gains["floor"].p < 0.05
    assert (second["epochs"], floor["epochs"]) == (1, None)


def test_curves_are_of_the_search(found: Networks) -> None:
    """Each epoch of a network has its loss and its ndcg, and the best of these is how long was learnt."""
    lines = found.curves()
    assert {line["model"] for line in lines} == {"learns", "hardly learns"}
    own = {
        what: [line for line in lines if (line["model"], line["what"]) == ("learns", what)]
        for what in ("loss", f"validation {BY}")
    }
    fitted = found.models["learns"].fitted
    assert isinstance(fitted, Encoded)
    losses, scores = ([line["value"] for line in part] for part in own.values())
    assert losses == [epoch.loss for epoch in fitted.curve_]
    assert losses[0] > losses[-1]
    assert [line["epoch"] for line in own["loss"]] == [*range(1, len(losses) + 1)]
    assert fitted.epochs == 1 + int(np.argmax(scores))


def test_what_is_said_is_what_was_tested(found: Networks) -> None:
    """A sentence for each other one, and for any two."""
    lines = found.conclusion().splitlines()
    assert [line.partition(":")[0] for line in lines] == [
        "learns is better than hardly learns",
        "learns is better than floor",
    ]
    assert found.told("learns", "floor", SEED) == lines[1]
    assert found.told("floor", "learns", SEED).startswith("floor is worse than learns: -")
    assert found.told("floor", "floor", SEED).startswith("floor is not to be told from floor: +0.0000")


def test_a_model_may_be_compared_again(found: Networks, judge: Judge) -> None:
    """Its draft is another one, with the same answers."""
    again = compare_networks({"floor": MODELS["floor"]}, judge, SEED)
    first, second = (each.models["floor"].draft for each in (found, again))
    assert Path(first.folder) != Path(second.folder)
    np.testing.assert_array_equal(first.measured.items, second.measured.items)
    assert again.gains == {}
    assert again.conclusion() == ""
