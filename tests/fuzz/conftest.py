"""The API as a user starts it, for those who know only its document."""

import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest

from tests.e2e.conftest import READY_SECONDS, WARMSTART, Commands, free_port


class Live(NamedTuple):
    """A running API, an unrestricted token of the internal plan, and all that its processes write."""

    url: str
    token: str
    log: Path


@pytest.fixture(scope="session")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """Train a small store and serve it."""
    commands = Commands(tmp_path_factory.mktemp("fuzz"))
    size = ("--users", "400", "--items", "300", "--interactions", "12000", "--days", "60")
    commands.json("data", "synth", *size, "--to", "data/kion")
    trained = commands.run("train", "--recipe", "kion", "--store", "store", "--promote", "--json")
    assert trained.returncode in (0, 3), trained.stderr  # 3: als was not promoted, which is no matter here
    version = next(made["version"] for made in json.loads(trained.stdout)["trained"] if made["model"] == "als")
    commands.json("promote", "als", version, "--store", "store", "--force", "--reason", "for the tests")
    token = commands.json("token", "create", "fuzz", "--store", "store", "--plan", "internal")["token"]
    log, port = commands.folder / "serve.log", free_port()
    with log.open("w") as file:
        command = [str(WARMSTART), "serve", "--store", "store", "--port", str(port), "--refresh", "0"]
        process = subprocess.Popen(command, cwd=commands.folder, stdout=file, stderr=subprocess.STDOUT)
        try:
            url = f"http://127.0.0.1:{port}"
            _wait_until_up(url, process)
            yield Live(url, token, log)
        finally:
            process.terminate()
            process.wait(30)


def _wait_until_up(url: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until:
        assert process.poll() is None, "the server ended"
        try:
            httpx.get(f"{url}/health", timeout=5)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    pytest.fail("the server did not come up")
