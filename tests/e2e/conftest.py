"""The whole thing, as a user runs it: the command in child processes, the API behind its local gateway."""

import json
import os
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from infra.families import read_families
from tests.once import once
from tests.ports import free_port

ROOT = Path(__file__).parents[2]
RECIPES = ROOT / "training" / "recipes"
HARDLY = "epochs = 1\nvalidation = 0\ntrend_power = 0\n"  # what networks of their default sizes learn here
WARMSTART = Path(sys.executable).with_name("warmstart")
READY_SECONDS = 60
LOG = "serve.log"
OF_TESTS = ("COVERAGE", "OMP_NUM_THREADS")  # variables that are for the commands, too
PASSED_ON = {name: value for name, value in os.environ.items() if name.startswith(OF_TESTS)}


class Commands:
    """Runs `warmstart` in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a command and return how it ended."""
        return subprocess.run(
            [str(WARMSTART), *arguments],
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
            env={"PATH": "/usr/bin:/bin", "HOME": str(self.folder), **PASSED_ON, **environment},
        )

    def json(self, *arguments: str, **environment: str) -> Any:
        """Run a command that must succeed and return what it prints with --json."""
        done = self.run(*arguments, "--json", **environment)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


class Served(NamedTuple):
    """A running API."""

    url: str
    commands: Commands
    token: str

    def get(self, path: str, token: str | None = None, params: dict[str, Any] | None = None) -> httpx.Response:
        """Ask with a token, by default the unrestricted one; an empty one is sent as no header."""
        chosen = self.token if token is None else token
        headers = {"Authorization": f"Bearer {chosen}"} if chosen else {}
        return httpx.get(self.url + path, headers=headers, params=params, timeout=30)

    def post(self, path: str, body: Any) -> httpx.Response:
        """Send JSON."""
        return httpx.post(self.url + path, json=body, headers={"Authorization": f"Bearer {self.token}"}, timeout=30)


def small_store(factory: pytest.TempPathFactory, name: str) -> Commands:
    """Return commands in a folder of their own with a made-up KION and a store with a served version of every model."""
    made = once(factory, "small-store", lambda folder: train_all(Commands(folder), "--store", "store"))
    return Commands(Path(shutil.copytree(made, factory.mktemp(name), dirs_exist_ok=True)))


def train_all(commands: Commands, *store: str, models: str = "", **environment: str) -> None:
    """Make up a KION, publish and promote models of it, all unless some are named."""
    size = ("--users", "400", "--items", "300", "--interactions", "12000", "--days", "60")
    commands.json("data", "synth", *size, "--to", "data/kion")
    sections = tomllib.loads((RECIPES / "kion.toml").read_text())["models"]
    chosen = ("--models", models or ",".join(name for name in sections if name not in networks()))
    trained = commands.run("train", "--recipe", "kion", *store, *chosen, "--promote", "--json", **environment)
    assert trained.returncode in (0, 3), trained.stderr  # 3: one was not promoted, which is not at issue here
    for made in json.loads(trained.stdout)["trained"]:
        if made["refusal"] or made["model"] == "als":
            named = (made["model"], made["version"])
            commands.json("promote", *named, *store, "--force", "--reason", "for the tests", **environment)
    if not models:
        commands.json("batch", "two_stage", *store, "--promote", **environment)  # served as two_stage_offline
        train_networks(commands, "kion", *store, **environment)


def networks() -> tuple[str, ...]:
    """Return the models of the neural family."""
    (family,) = (family for family in read_families(ROOT / "functions") if family.name == "neural")
    return tuple(family.models)


def train_networks(commands: Commands, recipe: str, *store: str, **environment: str) -> None:
    """Publish and promote networks that have hardly learnt, of a recipe's data: as large and as quick as any."""
    data, _, _ = (RECIPES / f"{recipe}.toml").read_text().partition("[models.")
    sections = "".join(f"[models.{model}]\n{HARDLY}" for model in networks())
    (commands.folder / "networks.toml").write_text(data + sections)
    for made in commands.json("train", "--recipe", "networks.toml", *store, **environment)["trained"]:
        named = (made["model"], made["version"])
        commands.json("promote", *named, *store, "--force", "--reason", "for the tests", **environment)


@contextmanager
def serving(commands: Commands) -> Iterator[Served]:
    """Start the API on this machine, as `warmstart serve` does."""
    token = commands.json("token", "create", "tester", "--store", "store", "--plan", "internal")["token"]
    port = free_port()
    with (commands.folder / LOG).open("w") as log:
        command = [str(WARMSTART), "serve", "--store", "store", "--port", str(port), "--refresh", "0"]
        process = subprocess.Popen(command, cwd=commands.folder, stdout=log, stderr=subprocess.STDOUT)
        try:
            url = f"http://127.0.0.1:{port}"
            wait_until_up(url, process, commands.folder / LOG)
            yield Served(url, commands, token)
        finally:
            process.terminate()
            process.wait(30)


@pytest.fixture(scope="session")
def commands(tmp_path_factory: pytest.TempPathFactory) -> Commands:
    """Return commands in a folder with a small store."""
    return small_store(tmp_path_factory, "user")


@pytest.fixture(scope="session")
def served(commands: Commands) -> Iterator[Served]:
    """Serve the small store."""
    with serving(commands) as running:
        yield running


def wait_until_up(url: str, process: subprocess.Popen[bytes], log: Path, seconds: float = READY_SECONDS) -> None:
    """Wait until a server answers; fail with the end of its log where it ends or takes too long."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        assert process.poll() is None, log.read_text()[-2000:]
        try:
            httpx.get(f"{url}/health", timeout=60)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    pytest.fail(log.read_text()[-2000:])
