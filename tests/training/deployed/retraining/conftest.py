"""A stage with a store in the server that plays AWS, and the steps of its retraining."""

from pathlib import Path

import pytest

from tests.training.deployed.conftest import Deploy
from tests.training.deployed.retraining.machine import Machine


@pytest.fixture
def machine(deploy: Deploy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """Return the steps of a stage whose tables are the people and fashions of some weeks."""
    machine = Machine(deploy("artifacts", "training"), tmp_path)
    for name, value in machine.environment.items():
        monkeypatch.setenv(name, value)
    machine.export()
    return machine
