"""A stage with a store in the server that plays AWS, and the steps of its retraining as the state machine takes them."""

from pathlib import Path

import pytest

from tests.training.deployed.conftest import aws, deploy, endpoint, names  # noqa: F401 fixtures
from tests.training.deployed.conftest import Deploy
from tests.training.retraining.machine import Machine


@pytest.fixture
def machine(deploy: Deploy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:  # noqa: F811 a fixture
    """Return the steps of a stage whose tables are the people and fashions of some weeks."""
    machine = Machine(deploy("artifacts", "training"), tmp_path)
    for name, value in machine.environment.items():
        monkeypatch.setenv(name, value)
    machine.export()
    return machine
