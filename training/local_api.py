"""The API of a store beside whoever asks for it, such as a notebook: `warmstart serve` in a process of its own."""

import atexit
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from typing import Any

import httpx

from training import token_book
from warmstart.errors import SettingsError
from warmstart.store import Store
from warmstart.tokens import create

START_S = 60.0
STOP_S = 15.0
CALL_S = 30.0
LAST_WORDS = 2000  # bytes of the log that an error quotes
SERVING = b"serving http://"  # what the command says once it does
COMMAND = """
import os, signal, sys, threading
# Standard input ends with whoever started this, however they end.
watch = lambda: (sys.stdin.read(), os.kill(os.getpid(), signal.SIGTERM))
threading.Thread(target=watch, daemon=True).start()
from training.cli.main import main
main()
"""


class NotStarted(SettingsError):
    """The API ended, or was not there in time."""


class Running:
    """An API that answers, and a token of it that opens every model, until `stop` or the end of this process."""

    def __init__(self, store: Store, port: int, seconds: float) -> None:
        """Start both and wait until there are answers; see `started`."""
        self.url = f"http://127.0.0.1:{port}"
        name = f"local-{secrets.token_hex(8)}"
        self.token, kept = create(name, models=["*"], plan="internal", expires_at=None)
        headers = {"Authorization": f"Bearer {self.token}"}
        with ExitStack() as left:
            self._log = left.enter_context(tempfile.TemporaryFile(prefix="warmstart-serve-"))
            self._client = left.enter_context(
                httpx.Client(base_url=self.url, headers=headers, timeout=CALL_S, trust_env=False)
            )
            token_book.add(store, kept)
            left.callback(token_book.remove, store, name)
            self._process = subprocess.Popen(  # noqa: S603 our own command
                [sys.executable, "-c", COMMAND, "serve", "--store", store.url, "--port", str(port)],
                stdin=subprocess.PIPE,
                stdout=self._log,
                stderr=self._log,
                start_new_session=True,  # a Ctrl-C in a notebook is not meant for it
            )
            left.callback(self._end)
            self._wait(seconds)
            self._left = left.pop_all()  # what `stop` undoes, last first
        atexit.register(self.stop)

    def get(self, path: str) -> Any:
        """Return the JSON of an answer; raise httpx.HTTPStatusError for a refusal."""
        return self._client.get(path).raise_for_status().json()

    def post(self, path: str, body: Any) -> Any:
        """Send JSON and return that of the answer; raise httpx.HTTPStatusError for a refusal."""
        return self._client.post(path, json=body).raise_for_status().json()

    def stop(self) -> None:
        """End it and what it has started, and take the token back; what is stopped stays stopped."""
        atexit.unregister(self.stop)
        self._left.close()

    def _wait(self, seconds: float) -> None:
        """Wait for its own word that it serves: on the same port somebody else might answer."""
        until = time.monotonic() + seconds
        while SERVING not in self._said():
            ended = self._process.poll()
            if ended is not None or time.monotonic() > until:
                how = "was not there in time" if ended is None else f"ended with {ended}"
                last = self._said()[-LAST_WORDS:].decode(errors="replace").strip()
                raise NotStarted(f"the API {how}: {last or 'it said nothing'}")
            time.sleep(0.05)

    def _said(self) -> bytes:
        return os.pread(self._log.fileno(), os.fstat(self._log.fileno()).st_size, 0)

    def _end(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)  # its functions die with it
            self._process.wait()
        if self._process.stdin:
            self._process.stdin.close()


def started(store: Store, seconds: float = START_S) -> Running:
    """Serve a store on a free port of this machine, and return once it does.

    Args:
        store: what is served; a token is put into its book until the API is stopped.
        seconds: to wait for it.

    Raises:
        NotStarted: it ended, or took longer.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = int(listener.getsockname()[1])
    return Running(store, port, seconds)
