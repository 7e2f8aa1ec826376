"""The twin with this folder's functions, in a process of its own."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from infra.local.function import LAYER, TASK_ROOT
from tests.ports import free_port


@dataclass(frozen=True)
class Twin:
    """A gateway that listens, and what its process says."""

    port: int
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def client(self, token: str) -> httpx.Client:
        """A client with a token."""
        return httpx.Client(base_url=self.url, headers={"authorization": f"Bearer {token}"}, timeout=10)


def _hang_up_as_usual() -> None:
    """Undo what nohup did to whoever started the tests."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


@contextlib.contextmanager
def serving(folder: Path, timeout_s: float = 1) -> Iterator[Twin]:
    """Start the twin, wait until it is ready, and end it; its functions may take so long."""
    port = free_port()
    log = folder / "stderr"
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(TASK_ROOT), str(LAYER)]),
        "PLANTED_SECRET": "hunter2",
    }
    command = [sys.executable, "-m", "tests.infra.local.serving", str(port), str(timeout_s)]
    with (
        log.open("wb") as stderr,
        subprocess.Popen(
            command,
            cwd=TASK_ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=stderr,
            preexec_fn=_hang_up_as_usual,  # noqa: PLW1509 it takes no lock
        ) as process,
    ):
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n", log.read_text()
        try:
            yield Twin(port, process, log)
        finally:
            process.terminate()


@pytest.fixture(scope="session")
def twin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twin]:
    """One twin for all tests that do not end it."""
    with serving(tmp_path_factory.mktemp("twin")) as twin:
        yield twin


@pytest.fixture
def client(twin: Twin) -> Iterator[httpx.Client]:
    """A client with a good token."""
    with twin.client("good") as client:
        yield client
