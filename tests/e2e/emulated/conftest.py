"""One deployment for all tests here: a copy of this tree, with IAM enforced and models published into it."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest

from functions.catalogue.explorer import INDEX
from tests.e2e.conftest import Commands, train_all, train_networks
from tests.e2e.emulated import base_image
from tests.e2e.emulated.deployment import Deployment
from tests.e2e.emulated.emulator import REGION, Emulator, start, stop
from tests.e2e.emulated.tools import INFRA, ROOT, run, skip_without_docker
from tests.ports import free_port

STAGE = "dev"
NIGHT = "night"  # a stage that trains by a schedule, which does not come round while tests run, and serves nothing
RETRAINED = {"training_image": "plain", "retrain": "rate(30 days)", "refresh_trend": "rate(7 days)"}
PUBLISHED = ("popular", "popular_recent", "als", "item_knn", "ease", "two_stage")
UNPUBLISHED = "random"


@dataclass
class Deployed:
    """A deployed stage, and who calls it."""

    deployment: Deployment
    outputs: dict[str, str]
    commands: Commands
    token: str

    @property
    def emulator(self) -> Emulator:
        """What it runs on."""
        return self.deployment.emulator

    @property
    def url(self) -> str:
        """Where the API answers."""
        return self.emulator.api_url(self.outputs["ApiUrl"])

    def ask(self, method: str, path: str, *, token: str | None = None, **options: Any) -> httpx.Response:
        """Call the API with a token, by default the unrestricted one; an empty one is sent as no header."""
        chosen = self.token if token is None else token
        headers = {"Authorization": f"Bearer {chosen}"} if chosen else {}
        headers.update(options.pop("headers", {}))
        return httpx.request(method, self.url + path, headers=headers, timeout=60, **options)

    def client(self, service: str, **options: Any) -> Any:
        """A boto3 client of the account's owner."""
        environment = self.emulator.environment
        credentials = {
            "aws_access_key_id": environment["AWS_ACCESS_KEY_ID"],
            "aws_secret_access_key": environment["AWS_SECRET_ACCESS_KEY"],
            **options,
        }
        return boto3.client(service, endpoint_url=self.emulator.url, region_name=REGION, **credentials)

    def warmstart(self, *arguments: str) -> Any:
        """Run a command of `warmstart` for the stage and return what it prints with --json."""
        return self.commands.json(*arguments, "--stage", STAGE, **self.emulator.environment)


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """Start ministack with IAM enforced, or skip with what is missing."""
    skip_without_docker(base_image.provide, "tests/e2e/emulated")
    running = start(tmp_path_factory.mktemp("emulated"), free_port(), enforce_iam=True)
    try:
        yield running
    finally:
        stop(running)


@pytest.fixture(scope="session")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of what is deployed, which tests may change."""
    assert INDEX.exists(), "the page is not built: make page"
    folder = tmp_path_factory.mktemp("tree")
    for name in ("infra", "functions", "layers", "training"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
    settings = json.loads((ROOT / "cdk.json").read_text())
    settings["context"]["stages"][NIGHT] = RETRAINED
    (folder / "cdk.json").write_text(json.dumps(settings))
    (folder / ".venv-infra").symlink_to(INFRA)
    return folder


@pytest.fixture(scope="session")
def account(emulator: Emulator, tree: Path) -> dict[str, Deployment]:
    """Bootstrap; return what deploys each stage."""
    stages = {name: Deployment(emulator, name, tree, {"credentials": "cli"}) for name in (STAGE, NIGHT)}
    stages[STAGE].bootstrap()
    return stages


@pytest.fixture(scope="session")
def deployed(account: dict[str, Deployment], tmp_path_factory: pytest.TempPathFactory) -> Deployed:
    """Deploy, publish, create a token: what a new user does."""
    deployment, emulator = account[STAGE], account[STAGE].emulator
    commands = Commands(tmp_path_factory.mktemp("user"))
    stage = Deployed(deployment, deployment.deploy(), commands, token="")
    train_all(commands, "--stage", STAGE, models=",".join(PUBLISHED), **emulator.environment)
    train_networks(commands, "kion", "--stage", STAGE, **emulator.environment)
    stage.token = stage.warmstart("token", "create", "owner", "--plan", "internal")["token"]
    return stage


def containers_of(function: str) -> list[str]:
    """Return the containers that run a family's image."""
    listed = run("docker", "ps", "--format", "{{.ID}} {{.Command}}", "--no-trunc").splitlines()
    return [line.split()[0] for line in listed if f"functions.{function}.handler" in line]
