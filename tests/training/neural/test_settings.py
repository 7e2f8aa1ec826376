"""Settings and tables at the edge: a clear error, or a model that answers."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.training.datasets import DAY, recipe, tables
from tests.training.neural.given import SMALL, fitted, some, some_tables
from training.data.tables import Tables
from training.fitting import Fitting
from training.interactions import Events
from training.recipe import ModelSection
from training.scorers import open_recommender
from training.train import Training
from warmstart.errors import DataError
from warmstart.recommender import Ask

EVERY = pytest.mark.parametrize("name", SMALL)


@pytest.mark.parametrize(
    ("name", "own", "message"),
    [
        ("sasrec", {"heads": 3}, "factors 4 are no multiple of 3 heads"),
        ("sasrec", {"length": 2_049}, "a length of 2049 is more than 2048"),
        ("sasrec", {"layers": "gru"}, "layers must be one of ligr, sasrec"),
        ("sasrec", {"blocks": 0}, "blocks must be a whole number"),
        ("dssm", {"temperature": 0.0}, "temperature must be a number from 0.01 to 1"),
        ("dssm", {"positives": 0}, "positives must be a whole number"),
        ("dssm", {"sampling": "best"}, "sampling must be one of quality, uniform"),
        ("autoencoder", {"dropout": 1.0}, "dropout must be a number from 0 to 0.95"),
        ("autoencoder", {"architecture": "deep"}, "architecture must be one of composite, plain"),
        ("autoencoder", {"batch": 0}, "batch must be a whole number"),
        ("autoencoder", {"weights": "int4"}, "weights must be one of float32, int8"),
        ("autoencoder", {"validation": 1.5}, "validation must be a number from 0 to 1"),
        ("autoencoder", {"learning_rate": 0.0}, "learning_rate must be a number from 1e-06 to 1"),
        ("dssm", {"learning_rate": 1e38}, "learning_rate must be a number from 1e-06 to 1"),
    ],
)
def test_what_cannot_be_is_said(name: str, own: dict[str, Any], message: str, tmp_path: Path) -> None:
    """Before anything is learnt, and nothing is written."""
    model = ModelSection(name, name, {**SMALL[name], **own})
    with pytest.raises(DataError, match=message):
        Training(recipe(model), some_tables()).train(model, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@EVERY
@pytest.mark.parametrize("learning_rate", [1.0, 1e4, 1e20])
@pytest.mark.parametrize("validation", [0.0, 0.5])
@pytest.mark.filterwarnings("error")
def test_a_huge_learning_rate_is_no_traceback(name: str, learning_rate: float, validation: float) -> None:
    """It is an error that says so, or a network of numbers."""
    with suppress(DataError):
        network = fitted(name, some(), learning_rate=learning_rate, validation=validation)
        assert all(np.isfinite(values).all() for values in (network.inputs_, network.item_vectors_))


def test_numbers_that_are_none_name_the_setting() -> None:
    """What is no number is no model."""
    with pytest.raises(DataError, match="take a smaller learning_rate"):
        fitted("autoencoder", some(), learning_rate=1e20)


def answers(name: str, given: Tables, folder: Path, **own: Any) -> None:
    """Fit on all rows as the command does, seal, and ask for everybody."""
    model = ModelSection(name, name, {**SMALL[name], "epochs": 2, "patience": 1, "validation": 0.5, **own})
    manifest = Fitting(recipe(model), Events.of(given).interactions(), given.described(name)).seal(model, folder)
    assert manifest.params["validation"] == 0
    recommender = open_recommender(folder, manifest)
    for user in recommender.user_ids.external(np.arange(len(recommender.user_ids), dtype=np.int32)):
        answer = recommender.recommend(Ask(user_id=user, k=3))
        assert len(answer.items) == min(3, len(recommender.item_ids) - recommender.seen_count(user))
    assert len(recommender.recommend(Ask(k=3)).items) == min(3, len(recommender.item_ids))


@EVERY
@pytest.mark.parametrize("own", [{"batch": 1}, {"factors": 1}, {"dropout": 0.0}, {"factors": 1, "batch": 1}])
def test_the_least_that_can_be_set_works(name: str, own: dict[str, Any], tmp_path: Path) -> None:
    """One user at a time, vectors of one number, nothing dropped."""
    answers(name, some_tables(), tmp_path, **own, **({"heads": 1} if name == "sasrec" else {}))


def lone(*items: int) -> Tables:
    """Return one user's tables."""
    return tables([7] * len(items), items, times=np.arange(len(items)) * DAY)


TABLES = {
    "one user, one item": lone(3),
    "one user": lone(3, 4, 5, 6),
    "one item": tables([1, 2, 3], [5, 5, 5], times=[DAY, 2 * DAY, 3 * DAY]),
    "an item each": tables(range(9), [0, 1, 2] * 3, times=np.arange(9) * DAY),
    "items of their own": tables([1, 1, 2, 2], [1, 2, 3, 4], times=np.arange(4) * DAY),
    "without times": some_tables(timed=False),
    "one time": tables([1, 1, 2, 2, 3], [1, 2, 2, 1, 1], times=[DAY] * 5),
    "features of few": some_tables(users=12, known=True),
    "weights of nothing": tables([1, 1, 1, 2, 2, 2, 3], [1, 2, 3, 2, 3, 1, 1], weights=[0, 0, 0, 0, 1, 1, 0]),
    "a very long history": lone(*range(3_000)),
}


@EVERY
@pytest.mark.parametrize("kind", TABLES)
def test_small_and_strange_tables_are_learnt_from(name: str, kind: str, tmp_path: Path) -> None:
    """And everybody gets an answer."""
    answers(name, TABLES[kind], tmp_path)


@pytest.mark.parametrize("name", ["dssm", "autoencoder"])
def test_weights_of_nothing_count_as_nothing(name: str, tmp_path: Path) -> None:
    """Where weights count: who has no other is not known, and nothing becomes no number."""
    answers(name, TABLES["weights of nothing"], tmp_path, binary=False)
