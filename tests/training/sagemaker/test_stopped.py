"""A job that is stopped keeps what it has; the next one with its checkpoints ends where it would have ended."""

import json
import re
import signal
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from tests.training.datasets import NETWORK
from tests.training.sagemaker.tree import board_tree, hashes, trained_here
from training import stopping
from training.made import Made
from training.sagemaker import entry
from warmstart.registry import versions
from warmstart.store import open_store

STOPPED = "tests.training.sagemaker.stopped"
MODELS = "[models.popular]\n" + NETWORK


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    """Return the files of a training that nobody stopped, on this machine."""
    return hashes(trained_here(tmp_path_factory.mktemp("here"), MODELS))


@pytest.mark.parametrize("moment", [("SEARCH", "1"), ("WHOLE", "1"), ("published", "popular")], ids="-".join)
def test_a_stopped_job_goes_on(moment: tuple[str, str], tmp_path: Path, whole: dict[str, dict[str, str]]) -> None:
    """In either phase of a network, and between two models: the versions are the same, and none is made twice."""
    tree = board_tree(tmp_path, MODELS)
    first = tree.run(STOPPED, "SIGTERM", *moment)
    assert (first.returncode, tree.failure) == (stopping.EXIT_CODE, None), first.stderr
    assert "stopped by SIGTERM" in first.stdout
    assert "autoencoder" not in hashes(tmp_path / "store")
    kept = {path.suffix for path in (tree.root / "checkpoints").iterdir()}
    assert kept == ({".made"} if moment[0] == "published" else {".made", ".pt"})
    second = tree.run()
    assert second.returncode == 0, second.stderr
    assert re.search(r"popular: \S+ is published already", second.stdout)
    assert hashes(tmp_path / "store") == whole
    assert counts(tmp_path, whole) == [1] * len(whole)


@pytest.mark.slow
@pytest.mark.parametrize(
    "moment",
    [("WHOLE", "2"), ("published", "popular"), ("manifest", "popular"), ("manifest", "autoencoder")],
    ids="-".join,
)
def test_a_killed_job_goes_on(moment: tuple[str, str], tmp_path: Path, whole: dict[str, dict[str, str]]) -> None:
    """Without a word, in a network, between models, in a publication: nothing is half there, and the next one ends."""
    tree = board_tree(tmp_path, MODELS)
    assert tree.run(STOPPED, "SIGKILL", *moment).returncode == -signal.SIGKILL
    before = hashes(tmp_path / "store")
    assert before == {model: whole[model] for model in before}
    assert "autoencoder" not in before
    second = tree.run()
    assert second.returncode == 0, second.stderr
    assert hashes(tmp_path / "store") == whole
    assert counts(tmp_path, whole) == [1] * len(whole)


def counts(folder: Path, models: Iterable[str]) -> list[int]:
    """Return how many committed versions each model has."""
    store = open_store(str(folder / "store"))
    return [len(versions(store, model)) for model in models]


@pytest.mark.usefixtures("sealed_apart")
def test_a_job_that_has_ended_is_not_gone_on_with(tmp_path: Path) -> None:
    """The next one with the same checkpoints makes new versions."""
    tree = board_tree(tmp_path)
    assert [entry.train(tree.root, tree.environment) for _ in range(2)] == [0, 0]
    assert len(versions(open_store(str(tmp_path / "store")), "random")) == 2


def test_a_job_killed_without_a_word_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After SIGKILL between two models, the first is not trained again, nor is its version promoted twice."""
    tree = board_tree(tmp_path, "[models.popular]\n", promote="true")
    monkeypatch.setattr("training.train_recipe.publish_catalogue", _killed)
    with pytest.raises(KeyboardInterrupt):
        entry.train(tree.root, tree.environment)
    monkeypatch.undo()
    assert entry.train(tree.root, tree.environment) == 0
    store = open_store(str(tmp_path / "store"))
    for model in ("random", "popular"):
        assert len(versions(store, model)) == 1
        assert json.loads(store.get(f"models/{model}/aliases/champion.json", limit=4000).data)["serial"] == 1


def _killed(*_: Any) -> None:
    raise KeyboardInterrupt


GOOD: dict[str, Any] = {"metrics": {}, "state": "published", "failure": None, "refusal": None}


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"null", b"{}", b'{"version": "../../x"}', b'{"version": 7}', b"[" * 100_000]
)
def test_what_tells_of_no_model_is_as_if_it_were_not_there(content: bytes, tmp_path: Path) -> None:
    """The model is trained."""
    made = Made(tmp_path, open_store(str(tmp_path / "store")))
    (tmp_path / "als.made").write_bytes(content)
    assert made.get("als") is None


def test_a_version_that_is_gone_is_made_again(tmp_path: Path) -> None:
    """What was told of it counts for nothing without it."""
    made = Made(tmp_path, open_store(str(tmp_path / "store")))
    made.add("als", {**GOOD, "model": "als", "version": "20260130T000000Z-0123abc"})
    assert made.get("als") is None


def test_what_is_forgotten_is_emptied(tmp_path: Path) -> None:
    """A copy of the folder that keeps removed files, as a bucket may, does not bring it back."""
    made = Made(tmp_path, open_store(str(tmp_path / "store")))
    made.add("als", GOOD)
    made.clear()
    assert [path.read_bytes() for path in tmp_path.glob("*.made")] == [b""]


def test_without_a_folder_nothing_is_kept(tmp_path: Path) -> None:
    """As on this machine, where a command begins anew."""
    made = Made(None, open_store(str(tmp_path / "store")))
    made.add("als", GOOD)
    made.clear()
    assert made.get("als") is None


def test_a_network_that_takes_too_long_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """SIGTERM asks, and sets the alarm that ends the process before SIGKILL would."""
    alarms: list[int] = []
    monkeypatch.setattr(signal, "alarm", alarms.append)
    try:
        entry._stop()
        assert stopping.asked()
        with pytest.raises(stopping.Stopped):
            stopping.here()
    finally:
        stopping.forget()
    assert alarms == [entry.GRACE_S]
    stopping.here()
    with pytest.raises(stopping.Stopped):
        entry._stop_at_once()
