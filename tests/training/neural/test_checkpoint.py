"""A training that was killed ends where it would have ended, and what is no checkpoint of it is left aside."""

import pickle
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from click.testing import CliRunner
from torch import nn

from tests.training.datasets import NETWORK, board_file
from tests.training.neural.given import fitted, same, some
from tests.training.neural.killed import keep_all
from training.algorithms.encoded import Encoded
from training.cli.main import main
from training.interactions import Interactions
from training.neural.checkpoint import Checkpoint
from training.neural.learning import SEARCH, WHOLE
from training.neural.watch import Epoch, Watch


def trained(recipe: Path, folder: Path) -> dict[str, bytes]:
    """Train as the command does, and return the files that are published, but for the manifest."""
    command = ["train", "--recipe", str(recipe), "--models", "autoencoder", "--store", str(folder / "store")]
    done = CliRunner().invoke(main, [*command, "--checkpoints", str(folder / "kept")], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    found = {path.name: path for path in (folder / "store").rglob("*") if path.suffix in {".onnx", ".safetensors"}}
    return {name: path.read_bytes() for name, path in found.items()}


def test_a_killed_training_ends_where_it_would_have_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed in the search and, going on, while it learns from everything: each time from the epoch before."""
    recipe = board_file(tmp_path, NETWORK)
    whole = trained(recipe, tmp_path / "whole")
    assert {"encoder.onnx", "arrays.safetensors"} <= {*whole}
    command = ["train", "--recipe", str(recipe), "--models", "autoencoder"]
    places = ["--store", str(tmp_path / "other" / "store"), "--checkpoints", str(tmp_path / "other" / "kept")]
    for phase, number in ((SEARCH, 3), (WHOLE, 1)):
        run = [sys.executable, "-m", "tests.training.neural.killed", phase, str(number), *command, *places]
        done = subprocess.run(run, check=False, capture_output=True)
        assert done.returncode == -signal.SIGKILL, done.stderr
        assert not [*(tmp_path / "other" / "store").rglob("*.onnx")]
    told: list[tuple[str, int]] = []
    monkeypatch.setattr(Watch, "tell", lambda _, phase, curve, __: told.append((phase, len(curve))))
    assert trained(recipe, tmp_path / "other") == whole
    assert SEARCH not in dict(told)


@pytest.mark.parametrize("name", ["dssm", "autoencoder", "sasrec"])
def test_each_network_goes_on_from_any_epoch(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Losses, the validation curve and what is learnt are those of a training that nothing interrupted."""
    keep_all(monkeypatch.setattr)
    interactions = some()
    own: dict[str, Any] = {"epochs": 4, "validation": 0.5, "patience": 9}
    whole = fitted(name, interactions, **own)
    for phase, number in ((SEARCH, 2), (WHOLE, 1)):
        folder = tmp_path / phase
        first, second = stopped(phase, number, folder), Recorder(folder)
        with pytest.raises(InterruptedError):
            fitted(name, interactions, watch=first, **own)
        found = fitted(name, interactions, watch=second, **own)
        assert same(found, whole)
        assert without_time(found.curve_) == without_time(whole.curve_)
        assert second.told[0] == (phase, number)


class Recorder(Watch):
    """Notes what it is told."""

    def __init__(self, checkpoints: Path) -> None:
        super().__init__(checkpoints=checkpoints)
        self.told: list[tuple[str, int]] = []

    def tell(self, phase: str, curve: Any, epochs: int) -> None:  # noqa: ARG002 as it is called
        """Note it."""
        self.told.append((phase, len(curve)))


def stopped(phase: str, number: int, folder: Path) -> Watch:
    """Return what interrupts a training in an epoch, before that is kept."""

    class Stops(Watch):
        def tell(self, now: str, curve: Any, epochs: int) -> None:  # noqa: ARG002 as it is called
            if (now, len(curve)) == (phase, number):
                raise InterruptedError

    return Stops(checkpoints=folder)


def without_time(curve: list[Epoch]) -> list[tuple[float, float | None]]:
    """Return what an epoch found, however long it took."""
    return [(epoch.loss, epoch.ndcg) for epoch in curve]


def kept(folder: Path, interactions: Interactions | None = None, **how: Any) -> Encoded:
    """Fit an autoencoder with checkpoints."""
    return fitted("autoencoder", interactions or some(), watch=Recorder(folder), **how)


def test_what_is_complete_is_not_learnt_again(tmp_path: Path) -> None:
    """The last epoch is kept, however short the training."""
    first, second = kept(tmp_path), kept(tmp_path)
    assert same(first, second)
    assert second.watch.told == []  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "other", [{"seed": 3}, {"dropout": 0.1}, {"interactions": some(seed=2)}, {"learning_rate": 0.02}, {"epochs": 4}]
)
def test_another_training_is_not_taken_for_this_one(other: dict[str, Any], tmp_path: Path) -> None:
    """Other settings, another seed or other interactions begin anew."""
    kept(tmp_path)
    assert kept(tmp_path, **other).watch.told[0] == (WHOLE, 1)  # type: ignore[attr-defined]


class Harm:
    """Makes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.path,)


def state(n: int = 3, momentum: int = 3) -> dict[str, Any]:
    """Return a checkpoint of a linear network after one step, with an optimizer of another size if asked."""
    network, other = nn.Linear(2, n), nn.Linear(2, momentum)
    optimizer = torch.optim.Adam(other.parameters())
    other(torch.ones(1, 2)).sum().backward()
    optimizer.step()
    return {"network": network.state_dict(), "optimizers": [optimizer.state_dict()], "curve": [(1.0, 1.0, None)]}


def saved(path: Path) -> bytes:
    """Return the bytes of a good checkpoint."""
    torch.save(state(), path)
    return path.read_bytes()


def spoilt() -> dict[str, Any]:
    """Return a checkpoint with a weight that is no number."""
    kept = state()
    kept["network"]["weight"][0] = torch.nan
    return kept


WRONG: dict[str, Callable[[Path], Any]] = {
    "nothing": lambda path: path.write_bytes(b""),
    "garbage": lambda path: path.write_bytes(b"no checkpoint" * 99),
    "truncated": lambda path: path.write_bytes(saved(path)[:-400]),
    "code": lambda path: path.write_bytes(pickle.dumps(Harm(path.parent / "harm"), 2)),
    "code in an archive": lambda path: torch.save({**state(), "curve": Harm(path.parent / "harm")}, path),
    "a list": lambda path: torch.save([1, 2], path),
    "a tensor": lambda path: torch.save(torch.ones(3), path),
    "no curve": lambda path: torch.save({name: part for name, part in state().items() if name != "curve"}, path),
    "a wrong curve": lambda path: torch.save({**state(), "curve": [(1.0, 2.0, 3.0, 4.0)]}, path),
    "a curve of texts": lambda path: torch.save({**state(), "curve": [("a", None, "b")]}, path),
    "weights that are no numbers": lambda path: torch.save(spoilt(), path),
    "a number as a curve": lambda path: torch.save({**state(), "curve": 7}, path),
    "another network": lambda path: torch.save(state(4), path),
    "another bias": lambda path: torch.save({**state(), "network": {"weight": torch.ones(3, 2)}}, path),
    "another optimizer": lambda path: torch.save(state(momentum=4), path),
    "no optimizer": lambda path: torch.save({**state(), "optimizers": []}, path),
    "a half optimizer": lambda path: torch.save({**state(), "optimizers": [{"state": {}}]}, path),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_no_checkpoint_is_as_if_it_were_not_there(wrong: str, tmp_path: Path) -> None:
    """No part of it is taken over, and no code in it runs; the next writing takes its place."""
    path = tmp_path / "x.pt"
    WRONG[wrong](path)
    network = nn.Linear(2, 3)
    before = {name: values.clone() for name, values in network.state_dict().items()}
    optimizer = torch.optim.Adam(network.parameters())
    assert Checkpoint(path, 0).restore(network, optimizer) == []
    assert all(torch.equal(values, before[name]) for name, values in network.state_dict().items())
    assert optimizer.state_dict()["state"] == {}
    assert not (tmp_path / "harm").exists()
    Checkpoint(path, 0).store(network, optimizer, [Epoch(1.0, 2.0, 0.5)], last=True)
    assert Checkpoint(path, 0).restore(nn.Linear(2, 3), optimizer) == [Epoch(1.0, 2.0, 0.5)]
    assert [found.name for found in tmp_path.iterdir()] == ["x.pt"]


def test_a_good_checkpoint_is_restored(tmp_path: Path) -> None:
    """The wrong ones above differ from this in one thing each; without a file there is nothing to restore."""
    torch.save(state(), tmp_path / "x.pt")
    network = nn.Linear(2, 3)
    optimizer = torch.optim.Adam(network.parameters())
    assert Checkpoint(tmp_path / "x.pt", 0).restore(network, optimizer) == [Epoch(1, 1)]
    assert Checkpoint(None, 0).restore(network, optimizer) == []


def test_broken_files_of_a_training_change_nothing(tmp_path: Path) -> None:
    """Where every checkpoint was cut off in the middle, it learns the same from the beginning."""
    first = kept(tmp_path, validation=0.5)
    files = [*tmp_path.iterdir()]
    assert len(files) == 2
    for path in files:
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    second = kept(tmp_path, validation=0.5)
    assert same(first, second)
    assert second.watch.told[0] == (SEARCH, 1)  # type: ignore[attr-defined]


def test_a_checkpoint_carries_all_that_an_autoencoder_is(tmp_path: Path) -> None:
    """The steps that anneal the divergence, and the reader of the epoch before."""
    kept(tmp_path)
    (path,) = tmp_path.iterdir()
    names = torch.load(path, weights_only=True)["network"]
    assert {"steps", "before.table", "reader.table"} <= {*names}
    assert names["steps"] == 3 * -(-30 // 8)


def test_writing_that_fails_leaves_the_one_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file is put in its place once it is whole."""
    path, network = tmp_path / "x.pt", nn.Linear(2, 3)
    checkpoint, optimizer = Checkpoint(path, 0), torch.optim.Adam(network.parameters())
    checkpoint.store(network, optimizer, [Epoch(1.0, 1.0)], last=True)

    def half(_: Any, beside: Path) -> None:
        beside.write_bytes(b"half")
        raise OSError("no space")

    monkeypatch.setattr(torch, "save", half)
    with pytest.raises(OSError, match="no space"):
        checkpoint.store(network, optimizer, [Epoch(1.0, 1.0), Epoch(1.0, 1.0)], last=True)
    assert len(checkpoint.restore(network, optimizer)) == 1
