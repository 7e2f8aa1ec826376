"""A real /opt/ml in a folder: what SageMaker writes before it starts a container, and what it finds after."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.training.datasets import board_file
from training.jobs.inputs import RECIPE_FILE
from training.sagemaker.contract import ROOT_VARIABLE
from warmstart.manifest import CATALOGUE, Manifest

JOB = "warmstart-dev-board-20261130-101500-0a1b"
ARN = f"arn:aws:sagemaker:eu-west-1:123456789012:training-job/{JOB}"
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


class Tree:
    """The folders of one container."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for folder in ("input/config", "input/data", "model", "output", "checkpoints"):
            (root / folder).mkdir(parents=True, exist_ok=True)
        self.write("resourceconfig", {"current_host": "algo-1", "hosts": ["algo-1"], "network_interface_name": "eth0"})
        self.write("hyperparameters", {})
        self.write("inputdataconfig", {})

    def write(self, name: str, value: Any) -> None:
        """Write one of the files of input/config."""
        (self.root / "input" / "config" / f"{name}.json").write_text(json.dumps(value))

    def channel(self, name: str) -> Path:
        """Make and declare a channel; return its folder."""
        path = self.root / "input" / "config" / "inputdataconfig.json"
        one = {"TrainingInputMode": "File", "S3DistributionType": "FullyReplicated", "RecordWrapperType": "None"}
        path.write_text(json.dumps({**json.loads(path.read_text()), name: one}))
        folder = self.root / "input" / "data" / name
        folder.mkdir(exist_ok=True)
        return folder

    @property
    def failure(self) -> str | None:
        """What it says of its failure; None where it tells of none."""
        path = self.root / "output" / "failure"
        return path.read_text() if path.exists() else None

    @property
    def environment(self) -> dict[str, str]:
        """What SageMaker sets."""
        return {"TRAINING_JOB_NAME": JOB, "TRAINING_JOB_ARN": ARN, ROOT_VARIABLE: str(self.root)}

    def run(self, program: str = "training.sagemaker", *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the container's program in a process of its own."""
        command = [sys.executable, "-m", program, *arguments]
        environment = {**os.environ, **ONE_THREAD, **self.environment}
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=300)


def board_tree(folder: Path, models: str = "", **texts: str) -> Tree:
    """Make a tree with a checkerboard, a recipe of it with `random` and the models that TOML adds, and a store."""
    tree = Tree(folder / "ml")
    data, recipe = tree.channel("data"), tree.channel("recipe")
    written = board_file(data, models)
    text = written.read_text().replace(str(data), "where it lies at home")
    written.unlink()
    (recipe / RECIPE_FILE).write_text(text)
    tree.write("hyperparameters", {"store": str(folder / "store"), **texts})
    return tree


def hashes(store: Path) -> dict[str, dict[str, str]]:
    """Return the SHA-256 of each file of each model's only version, without the catalogue's."""
    manifests = [Manifest.from_json(path.read_bytes()) for path in store.glob("models/*/versions/*/manifest.json")]
    return {
        manifest.model: {name: entry.sha256 for name, entry in manifest.files.items()}
        for manifest in manifests
        if manifest.model != CATALOGUE
    }


def manifest_of(store: Path, model: str) -> Manifest:
    """Return the manifest of a model's only version."""
    (path,) = store.glob(f"models/{model}/versions/*/manifest.json")
    return Manifest.from_json(path.read_bytes())


def trained_here(folder: Path, models: str = "", environment: Mapping[str, str] = {}) -> Path:
    """Train the same on this machine, as the command does; return the store."""
    folder.mkdir(parents=True, exist_ok=True)
    recipe, store = board_file(folder, models), folder / "store"
    program = "from training.cli.main import main; main()"
    command = [sys.executable, "-c", program, "train", "--recipe", str(recipe), "--store", str(store)]
    subprocess.run(command, env={**os.environ, **ONE_THREAD, **environment}, capture_output=True, check=True)
    return store
