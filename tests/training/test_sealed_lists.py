"""Lists as a version of their own: what their manifest says, what is refused, and arrays that do not fit."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from functions.lists.ready_lists_scorer import ReadyListsScorer
from tests.training.datasets import SIZE, checkerboard, recipe
from tests.training.offline import MODELS, offline
from training import memory
from training.batch import Batch, offline_name
from training.evaluation import gate
from training.interactions import Events
from training.refresh import Refresh
from training.report.card import card
from training.scorers import open_recommender
from training.selfcheck import check
from training.train import Training
from training.visual import VisualAnalyzer
from warmstart.artifact import Artifact
from warmstart.errors import DataError, Incompatible, SettingsError
from warmstart.manifest import ARRAYS


def test_the_manifest_says_whose_lists_they_are(tmp_path: Path) -> None:
    """Metrics, fold, data and fallback are the model's; the gate, the card and the analyzer take it as any version."""
    model = MODELS["als"]
    manifest = Training(recipe(model), checkerboard()).train(model, tmp_path / "source")
    job = Batch(tmp_path / "source", manifest, k=20)
    sealed = job.seal(job.lists(), tmp_path / "lists", "als_offline")
    assert sealed.params == {"k": 20, "of": "als", "version": manifest.version}
    assert (sealed.model, sealed.family, sealed.scorer) == ("als_offline", "lists", ReadyListsScorer.name)
    same = ("algorithm", "metrics", "measured_on", "dataset", "seed", "id_bound", "fallback", "personal")
    assert all(getattr(sealed, name) == getattr(manifest, name) for name in same)
    gate.check(sealed)
    assert f"made ready by `als` version `{manifest.version}`" in card(json.loads(sealed.to_json()))
    recommender = open_recommender(tmp_path / "lists", sealed)
    assert VisualAnalyzer(Events.of(checkerboard()), {"als_offline": recommender}).users([3]).to_html("lists")


def test_a_model_that_the_gate_refuses_is_refused_as_lists(tmp_path: Path) -> None:
    """What was not measured has not earned it in another form either."""
    _, ready, _ = offline(tmp_path, MODELS["als"], checkerboard())
    with pytest.raises(gate.GateRefused, match="als_offline"):
        gate.check(ready.manifest)


def test_lists_are_neither_refreshed_nor_listed_again(tmp_path: Path) -> None:
    """Both say what to do in their place."""
    _, ready, folder = offline(tmp_path, MODELS["als"], checkerboard())
    version = Artifact.open(folder, ready.manifest)
    with pytest.raises(DataError, match=r"lists that als has made: refresh als, and `warmstart batch als` again"):
        Refresh(recipe(MODELS["als"]), checkerboard(), version)
    with pytest.raises(SettingsError, match="is lists already, of als"):
        Batch(folder, ready.manifest)


def test_what_does_not_fit_into_memory_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is ranked."""
    monkeypatch.setattr(memory, "available", lambda: 1000)
    with pytest.raises(DataError, match="lists of 1,600 items needs"):
        offline(tmp_path, MODELS["popular"], checkerboard())


def test_a_name_has_64_characters_at_most() -> None:
    """The suffix counts."""
    assert offline_name("a" * 56) == "a" * 56 + "_offline"
    with pytest.raises(SettingsError, match="over 64 characters"):
        offline_name("a" * 57)


Arrays = dict[str, NDArray[np.generic]]


@pytest.mark.parametrize(
    "broken",
    [
        lambda arrays: arrays.pop("list_rows"),
        lambda arrays: arrays.pop("list_scores"),
        lambda arrays: arrays.pop("list_indptr"),
        lambda arrays: arrays.update(list_rows=arrays["list_rows"].astype(np.int64)),
        lambda arrays: arrays.update(list_scores=arrays["list_scores"][1:]),
        lambda arrays: arrays.update(list_scores=arrays["list_scores"].astype(np.float64)),
        lambda arrays: arrays.update(list_indptr=arrays["list_indptr"][:-1]),
        lambda arrays: arrays.update(list_indptr=arrays["list_indptr"] + 1),
    ],
)
def test_arrays_that_do_not_fit_are_refused_when_opened(broken: Callable[[Arrays], None], tmp_path: Path) -> None:
    """Missing, of another type, or of another length: opening says so."""
    _, ready, folder = offline(tmp_path, MODELS["als"], checkerboard())
    arrays: Arrays = load_file(folder / ARRAYS)
    broken(arrays)
    save_file(arrays, folder / ARRAYS)
    with pytest.raises(Incompatible):
        open_recommender(folder, ready.manifest)


@pytest.mark.parametrize(("name", "place", "value"), [("list_rows", 5, SIZE), ("list_indptr", 3, 0)])
def test_lists_of_what_does_not_exist_are_never_published(name: str, place: int, value: int, tmp_path: Path) -> None:
    """Every row and every start is looked at."""
    _, ready, folder = offline(tmp_path, MODELS["als"], checkerboard())
    (folder / "manifest.json").write_bytes(ready.manifest.to_json())
    arrays: Arrays = load_file(folder / ARRAYS)
    arrays[name][place] = value
    save_file(arrays, folder / ARRAYS)
    with pytest.raises(Incompatible, match=r"list_(rows names what does not exist|indptr does not ascend)"):
        check(folder)
