"""`sam local start-api` on the synthesized template: the deployed API's functions and its authorizer, without AWS."""

import os
import signal
import subprocess
from collections.abc import Iterator

import httpx
import pytest

from tests.e2e.conftest import wait_until_up
from tests.e2e.emulated.conftest import STAGE, Deployed
from tests.e2e.emulated.sam_template import for_sam
from tests.e2e.emulated.tools import SAM, run
from tests.ports import free_port

pytestmark = pytest.mark.slow
START_SECONDS = 120


@pytest.fixture(scope="module")
def sam_url(deployed: Deployed, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Build the template, start SAM's API and wait until it answers."""
    folder = tmp_path_factory.mktemp("sam")
    synthesized = deployed.emulator.folder / f"{STAGE}.cdk.out" / f"warmstart-{STAGE}-serving.template.json"
    template = for_sam(synthesized, deployed.outputs["StoreUrl"], deployed.emulator.environment)
    environment = {**os.environ, **deployed.emulator.environment, "SAM_CLI_TELEMETRY": "0", "DOCKER_BUILDKIT": "0"}
    run(SAM / "bin/sam", "build", "--template", template, "--build-dir", folder, environment=environment)
    port = free_port()
    arguments = ["local", "start-api", "--template", folder / "template.yaml", "--port", port, "--skip-pull-image"]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [str(SAM / "bin/sam"), *map(str, arguments)],
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until_up(url, process, folder / "log", START_SECONDS)
        yield url
    finally:
        process.send_signal(signal.SIGINT)  # so that it removes its containers
        process.wait(60)


def test_it_answers_with_the_authorizer_enforced(deployed: Deployed, sam_url: str) -> None:
    """A token gets its recommendations, no token gets 401, a wrong one gets nothing."""
    path = f"{sam_url}/reco/popular/1"
    good = httpx.get(path, headers={"Authorization": f"Bearer {deployed.token}"}, timeout=60)
    assert good.status_code == 200
    assert good.json()["items"] == deployed.ask("GET", "/reco/popular/1").json()["items"]
    assert httpx.get(path, timeout=60).status_code == 401
    wrong = httpx.get(path, headers={"Authorization": "Bearer wrong"}, timeout=60)
    assert wrong.status_code in (401, 502)  # where an authorizer raises, SAM says 502; API Gateway says 401
    assert "items" not in wrong.text
