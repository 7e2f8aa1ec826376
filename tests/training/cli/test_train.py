"""`warmstart train` where one of the models cannot be trained or published."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests.training.datasets import board_file
from training import train_recipe
from training.cli.main import main
from warmstart.errors import StoreUnavailable
from warmstart.manifest import Manifest
from warmstart.store import Store


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


@pytest.mark.parametrize(
    ("step", "what", "there"), [("publish_with_card", "published", False), ("promote_if_passed", "promoted", True)]
)
def test_a_store_that_fails_meanwhile_costs_one_model(
    step: str, what: str, there: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was published before is told with its metrics, and what comes after is published."""
    real = getattr(train_recipe, step)

    def fail(store: Store, *given: Any, **named: Any) -> Any:
        if next(one for one in given if isinstance(one, Manifest)).model == "ease":
            raise StoreUnavailable("the store gave no good answer")
        return real(store, *given, **named)

    monkeypatch.setattr(train_recipe, step, fail)
    recipe = board_file(tmp_path, "[models.ease]\n[models.rp3beta]\n")
    command = ["train", "--recipe", str(recipe), "--store", str(tmp_path / "store"), "--json"]
    done = CliRunner().invoke(main, command)
    found = {model["model"]: model for model in json.loads(done.stdout)["trained"]}
    assert done.exit_code == 1
    assert (found["ease"]["state"], found["ease"]["version"] is not None) == ("failed", there)
    assert f"error: ease was not {what}: the store gave no good answer" in done.stderr
    assert [found[name]["state"] for name in ("random", "rp3beta")] == ["published"] * 2
    assert found["rp3beta"]["metrics"]
