"""ministack in AWS's place: S3, CloudFormation, API Gateway, and Lambda by Docker."""

import ipaddress
import json
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import NamedTuple

import httpx

from tests.e2e.emulated.base_image import lambda_emulator
from tests.e2e.emulated.tools import INFRA, ROOT, docker

ACCOUNT = "123456789012"
REGION = "us-east-1"
READY_SECONDS = 60
SERVER = Path(__file__).with_name("server.py")


class Emulator(NamedTuple):
    """One that runs, or ran."""

    folder: Path  # its log, its state, its process id
    url: str

    @property
    def environment(self) -> dict[str, str]:
        """What makes boto3, obstore and the CDK talk to it."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "CDK_DEFAULT_ACCOUNT": ACCOUNT,
            "CDK_DEFAULT_REGION": REGION,
            "CDK_DISABLE_CLI_TELEMETRY": "true",
            "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20",
        }

    def api_url(self, deployed: str) -> str:
        """Where the API answers that CloudFormation calls https://<id>.execute-api.<region>.amazonaws.com/<stage>."""
        host, _, stage = deployed.removeprefix("https://").partition("/")
        return f"{self.url}/_aws/execute-api/{host.split('.')[0]}/{stage}"

    def is_up(self) -> bool:
        """Whether it answers."""
        try:
            return httpx.get(f"{self.url}/_ministack/health", timeout=2).is_success
        except httpx.TransportError:
            return False


def known(folder: Path, port: int) -> Emulator:
    """The emulator of this folder, whether or not it runs; only this machine and its containers can reach it."""
    (bridge,) = json.loads(docker("network", "inspect", "bridge"))
    host = ipaddress.ip_network(bridge["IPAM"]["Config"][0]["Subnet"])[
        1
    ]  # the bridge's first address is this machine's
    return Emulator(folder, f"http://{host}:{port}")


def start(folder: Path, port: int, *, enforce_iam: bool = False) -> Emulator:
    """Start it and wait until it answers; one that runs already is taken as it is."""
    emulator = known(folder, port)
    if emulator.is_up():
        return emulator
    folder.mkdir(parents=True, exist_ok=True)
    host = emulator.url.removeprefix("http://").partition(":")[0]
    settings = {
        "BIND_HOST": host,
        "MINISTACK_HOST": host,
        "GATEWAY_PORT": str(port),
        "AWS_ENDPOINT_URL": emulator.url,
        "LAMBDA_EXECUTOR": "docker",
        "LAMBDA_DOCKER_FLAGS": f"--volume {lambda_emulator().resolve()}:/usr/local/bin/aws-lambda-rie:ro",
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        "MINISTACK_REGION": REGION,
        "PYTHONPATH": str(ROOT),
        "AUTH": str(enforce_iam).lower(),
        "S3_DATA_DIR": str(folder / "s3"),
        "STATE_DIR": str(folder / "state"),
        "SFTP_ENABLED": "0",
        "IOT_MTLS_ENABLED": "0",
    }
    with (folder / "ministack.log").open("w") as log:
        process = subprocess.Popen(
            [str(INFRA / "bin/python"), str(SERVER)],
            env={**os.environ, **settings},
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    (folder / "pid").write_text(str(process.pid))
    until = time.monotonic() + READY_SECONDS
    while not emulator.is_up():
        if process.poll() is not None or time.monotonic() > until:
            raise RuntimeError(f"ministack did not start; the end of {folder / 'ministack.log'}:\n{_tail(folder)}")
        time.sleep(0.1)
    return emulator


def stop(emulator: Emulator) -> bool:
    """End it, and with it the containers that it started; return whether it ran."""
    pid = emulator.folder / "pid"
    ran = pid.exists() and _is_ours(int(pid.read_text()))
    if ran:
        os.killpg(int(pid.read_text()), signal.SIGTERM)
    elif emulator.is_up():
        raise RuntimeError(f"what answers on {emulator.url} was not started from here")
    pid.unlink(missing_ok=True)
    until = time.monotonic() + READY_SECONDS
    while emulator.is_up() and time.monotonic() < until:
        time.sleep(0.1)
    return ran


def _is_ours(pid: int) -> bool:
    """Whether this process is ministack still: after a restart of the machine its number may be another's."""
    try:
        return str(SERVER).encode() in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def _tail(folder: Path) -> str:
    return "".join((folder / "ministack.log").read_text().splitlines(keepends=True)[-20:])
