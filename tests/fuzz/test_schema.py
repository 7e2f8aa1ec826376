"""schemathesis over the live API, with every check that it has and one of ours."""

import os
import resource
import secrets
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.fuzz.canary import PLANT, found_in
from tests.fuzz.conftest import Live

ROOT = Path(__file__).parents[2]
SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
EXAMPLES = 200  # of each operation
MEMORY = 6_000_000_000  # bytes of address space: an unbounded integer has taken 22 GB


@pytest.mark.slow
def test_every_answer_is_as_the_document_says(live: Live, tmp_path: Path) -> None:
    """Status, content type, schema, headers, methods, rejected and accepted data, and no leak in answers or logs."""
    seed = secrets.randbelow(2**31)
    before = live.log.stat().st_size
    done = run(live, tmp_path, seed)
    assert (tmp_path / "statuses").exists(), done.stdout[-6000:] + done.stderr
    statuses = Counter((tmp_path / "statuses").read_text().split())
    print(f"schemathesis: seed {seed}, {statuses.total()} answers: {dict(sorted(statuses.items()))}")
    assert done.returncode == 0, done.stdout[-6000:]
    assert statuses.total() > 8 * EXAMPLES
    assert not {status for status in statuses if status >= "500"} - {"503"}
    said = live.log.read_text()[before:]
    assert not found_in(said, PLANT, live.token, "Traceback")


def run(live: Live, folder: Path, seed: int) -> subprocess.CompletedProcess[str]:
    """Run schemathesis in a process of its own, with bounded memory."""
    command = [
        *(str(SCHEMATHESIS), "--config-file", str(Path(__file__).with_name("schemathesis.toml"))),
        *("run", f"{live.url}/openapi.json", "--checks", "all", "--continue-on-failure", "--no-color"),
        *("--max-examples", str(EXAMPLES), "--seed", str(seed), "--generation-database", "none"),
        *("--request-timeout", "30"),
        *("--header", f"Authorization: Bearer {live.token}", "--header", f"X-Planted: {PLANT}"),
    ]
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "layers" / "warmstart" / "python")]),
        "WARMSTART_FUZZ_TOKEN": live.token,
        "WARMSTART_FUZZ_STATUSES": str(folder / "statuses"),
    }
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, preexec_fn=_bounded
    )


def _bounded() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
