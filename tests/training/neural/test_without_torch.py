"""Where PyTorch is not installed, everything else works and whoever asks for a network is told what to install."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.training.datasets import board_file

WITHOUT = """
import sys
from importlib.abc import MetaPathFinder

class Missing(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "torch":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Missing())
"""
FIT = """
import numpy as np
from tests.training.neural.given import SMALL, some
from training.algorithms import ALGORITHMS
from warmstart.errors import DataError
for name in SMALL:
    try:
        ALGORITHMS[name]().fit(some(), np.random.default_rng(1))
    except DataError as error:
        print(error)
ALGORITHMS["ease"]().fit(some(), np.random.default_rng(1))
"""
TRAIN = "from training.cli.main import main; main(sys.argv[1:])"
MODELS = "[models.ease]\n[models.dssm]\n[models.rp3beta]\n"


def run(program: str, *given: str) -> "subprocess.CompletedProcess[str]":
    """Run a program in a process that finds no torch."""
    command = [sys.executable, "-c", WITHOUT + program, *given]
    return subprocess.run(command, check=False, capture_output=True, text=True)


def test_a_network_says_what_to_install() -> None:
    """The algorithms are there, and fitting one that needs torch is an error that names it; the others learn."""
    done = run(FIT)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert [line.split(" ", 1)[0] for line in lines] == ["dssm", "autoencoder", "sasrec"]
    assert all("needs PyTorch: pip install 'warmstart[neural]' (No module named 'torch" in line for line in lines)


def test_train_publishes_the_others(tmp_path: Path) -> None:
    """The model that needs it is said to have failed, and the command exits 1."""
    recipe = board_file(tmp_path, MODELS)
    done = run(TRAIN, "train", "--recipe", str(recipe), "--store", str(tmp_path / "store"))
    assert done.returncode == 1
    assert "error: dssm was not trained: dssm needs PyTorch: pip install 'warmstart[neural]'" in done.stderr
    assert "Traceback" not in done.stderr
    assert {path.name for path in (tmp_path / "store").rglob("*") if path.is_dir()} >= {"ease", "rp3beta", "random"}


def test_tune_begins_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be fitted is said before there is a journal."""
    monkeypatch.chdir(tmp_path)
    recipe = board_file(tmp_path, MODELS)
    before = {*tmp_path.iterdir()}
    done = run(TRAIN, "tune", "--recipe", str(recipe), "--model", "dssm")
    assert done.returncode == 2
    assert "error: dssm needs PyTorch: pip install 'warmstart[neural]'" in done.stderr
    assert {*tmp_path.iterdir()} == before


def test_importing_the_algorithms_imports_no_torch() -> None:
    """It takes seconds, and most commands need none."""
    program = "import sys, training.algorithms, training.cli.train; print('torch' in sys.modules)"
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "False"
