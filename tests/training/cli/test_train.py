"""`warmstart train` where one of the models cannot be trained."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.training.datasets import board_file
from training.cli.main import main


def test_a_model_that_cannot_be_trained_leaves_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What failed is said with its reason and the command fails, but the models after it are trained and served."""
    monkeypatch.setattr("training.memory.available", lambda: 1_000)
    recipe = board_file(tmp_path, "[models.ease]\n[models.rp3beta]\n")
    command = ["train", "--recipe", str(recipe), "--store", str(tmp_path / "store"), "--json"]
    done = CliRunner().invoke(main, command)
    found = {model["model"]: model for model in json.loads(done.stdout)["trained"]}
    assert done.exit_code == 1
    assert found["ease"]["state"] == "failed"
    assert found["ease"]["version"] is None
    assert "GB of memory" in found["ease"]["failure"]
    assert f"error: {found['ease']['failure']}" in done.stderr
    assert [found[name]["state"] for name in ("random", "rp3beta")] == ["published"] * 2
