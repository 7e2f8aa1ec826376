"""The API of a store beside whoever asks for it, such as a notebook: `warmstart serve` in a process of its own."""

import atexit
import ctypes
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from typing import IO, Any

import httpx

from training import token_book
from warmstart.errors import SettingsError
from warmstart.store import Store
from warmstart.tokens import create

START_S = 60.0
STOP_S = 15.0
CALL_S = 30.0
LAST_WORDS = 2000  # bytes of the log that an error quotes
COMMAND = (sys.executable, "-c", "from training.cli.main import main; main()", "serve")
PR_SET_PDEATHSIG = 1  # linux/prctl.h
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


class NotStarted(SettingsError):
    """The API ended, or was not there in time."""


class Running:
    """An API that answers, and a token of it that opens every model, until `stop` or the end of this process."""

    def __init__(self, store: Store, port: int) -> None:
        """Start both; `started` waits until there are answers."""
        self.url = f"http://127.0.0.1:{port}"
        self._store = store
        name = f"local-{secrets.token_hex(8)}"
        self.token, kept = create(name, models=["*"], plan="internal", expires_at=None)
        token_book.add(store, kept)
        self._name: str | None = name
        self._said: IO[bytes] = tempfile.TemporaryFile(prefix="warmstart-serve-")  # noqa: SIM115 closed by stop
        self._log: IO[bytes] = tempfile.TemporaryFile(prefix="warmstart-serve-")  # noqa: SIM115 closed by stop
        self._client = httpx.Client(
            base_url=self.url,
            headers={"Authorization": f"Bearer {self.token}"},
            timeout=CALL_S,
            trust_env=False,  # no proxy leads to this machine
        )
        self._process = subprocess.Popen(  # noqa: S603 our own command
            [*COMMAND, "--store", store.url, "--port", str(port)],
            stdin=subprocess.DEVNULL,
            stdout=self._said,  # nothing until it serves
            stderr=self._log,
            start_new_session=True,  # a Ctrl-C in a notebook is not meant for it
            preexec_fn=_end_with_parent if LIBC else None,  # noqa: PLW1509 a kernel that is killed calls no atexit
        )
        atexit.register(self.stop)

    def get(self, path: str) -> Any:
        """Return the JSON of an answer; raise httpx.HTTPStatusError for a refusal."""
        return self._client.get(path).raise_for_status().json()

    def post(self, path: str, body: Any) -> Any:
        """Send JSON and return that of the answer; raise httpx.HTTPStatusError for a refusal."""
        return self._client.post(path, json=body).raise_for_status().json()

    def wait(self, seconds: float) -> None:
        """Wait until it serves; raise NotStarted, with the end of its log, where it ends or takes longer.

        It is its own word that is waited for: on the same port somebody else might answer.
        """
        until = time.monotonic() + seconds
        while os.fstat(self._said.fileno()).st_size == 0:
            ended = self._process.poll()
            if ended is not None or time.monotonic() > until:
                how = "was not there in time" if ended is None else f"ended with {ended}"
                raise NotStarted(f"the API {how}: {self._last_words()}")
            time.sleep(0.05)

    def stop(self) -> None:
        """End it and what it has started, and take the token back; what is stopped stays stopped."""
        atexit.unregister(self.stop)
        self._process.terminate()
        try:
            self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)  # its functions die with it
            self._process.wait()
        self._client.close()
        self._said.close()
        self._log.close()
        if self._name is not None:
            name, self._name = self._name, None
            token_book.remove(self._store, name)

    def _last_words(self) -> str:
        self._log.seek(max(0, self._log.seek(0, os.SEEK_END) - LAST_WORDS))
        return self._log.read().decode(errors="replace").strip() or "it said nothing"


def started(store: Store, seconds: float = START_S) -> Running:
    """Serve a store on a free port of this machine, and return once it does.

    Args:
        store: what is served; a token is put into its book until the API is stopped.
        seconds: to wait for it.

    Raises:
        NotStarted: it ended, or took longer.
    """
    running = Running(store, _free_port())
    try:
        running.wait(seconds)
    except BaseException:
        running.stop()
        raise
    return running


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _end_with_parent() -> None:
    if LIBC:
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
