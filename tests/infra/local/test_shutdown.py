"""However the twin ends, its functions end with it."""

import asyncio
import os
import signal
import socket
import sys
import time
from pathlib import Path

import httpx
import pytest

from infra.local.serve import serve_functions
from tests.infra.local.conftest import Twin, serving
from tests.infra.local.serving import FAMILIES, functions

KILLED = pytest.param(
    signal.SIGKILL, marks=pytest.mark.skipif(sys.platform != "linux", reason="only Linux has PDEATHSIG")
)


def echo_pid(twin: Twin) -> int:
    """The process of a function."""
    with twin.client("good") as client:
        return int(client.get("/reco/als/1?do=process").json()["pid"])


def gone(pid: int) -> bool:
    """Whether the process ends within some seconds."""
    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        if Path(f"/proc/{pid}/stat").exists() and " Z " in Path(f"/proc/{pid}/stat").read_text():
            return True  # dead, and nobody has asked yet
        time.sleep(0.05)
    return False


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, KILLED])
def test_no_function_outlives_the_twin(tmp_path: Path, stop: signal.Signals) -> None:
    """Asked to stop or killed, busy or not."""
    with serving(tmp_path, timeout_s=29) as twin:
        pid = echo_pid(twin)
        with socket.create_connection(("127.0.0.1", twin.port)) as busy:
            busy.sendall(b"GET /reco/als/1?do=sleep HTTP/1.1\r\nhost: x\r\nauthorization: Bearer good\r\n\r\n")
            time.sleep(0.1)
            twin.process.send_signal(stop)
            answer = busy.recv(1000)
            status = twin.process.wait(10)
    assert status == (-stop if stop is signal.SIGKILL else 0)
    assert gone(pid)
    assert answer.startswith(b"" if stop is signal.SIGKILL else b"HTTP/1.1 503 ")
    assert "Traceback" not in twin.log.read_text().replace("stackTrace", "")


def test_a_taken_port_is_said_before_anything_starts(twin: Twin, tmp_path: Path) -> None:
    """No function is started for an address that cannot be had."""
    with pytest.raises(OSError, match="in use"):
        asyncio.run(
            serve_functions(FAMILIES, functions(timeout_s=1), host="127.0.0.1", port=twin.port, ready=lambda: None)
        )
    assert httpx.get(f"{twin.url}/health").status_code == 404
