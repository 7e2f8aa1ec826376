"""A stage as the stacks leave it, in a server that plays AWS over HTTP."""

import itertools
import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from moto.server import ThreadedMotoServer

from tests.training.deployed.stages import KEYS, REGION, AwsCommands, DeployedStage

Deploy = Callable[..., DeployedStage]


@pytest.fixture(scope="session")
def endpoint() -> Iterator[str]:
    """Start the server."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def aws(endpoint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Set and return an environment whose credentials open that server and nothing else."""
    environment = {
        **KEYS,
        "AWS_REGION": REGION,
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_CONFIG_FILE": str(tmp_path / "none"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "none"),
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL_S3"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return environment


@pytest.fixture(scope="session")
def names() -> Iterator[str]:
    """Names for stages, so that no two tests share one."""
    return (f"s{number}" for number in itertools.count())


@pytest.fixture
def deploy(aws: dict[str, str], names: Iterator[str]) -> Iterator[Deploy]:
    """Return what deploys a stage; the test's stages are gone after it."""
    stages: list[DeployedStage] = []

    def deployed(*parts: str, name: str | None = None) -> DeployedStage:
        stage = DeployedStage(name or next(names))
        stages.append(stage)
        for part in parts or ("artifacts", "serving"):
            stage.deploy(part)
        return stage

    yield deployed
    for stage in stages:
        stage.destroy()


@pytest.fixture
def stage(deploy: Deploy) -> DeployedStage:
    """Return a whole stage."""
    return deploy()


@pytest.fixture
def commands(aws: dict[str, str], tmp_path: Path) -> AwsCommands:
    """Return the command in a folder and an environment of its own."""
    return AwsCommands(tmp_path, aws)
