"""What measures how far one machine goes: exponents, memory of processes and their children, tables."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.scale.growth import fitted
from tests.scale.report import document, short
from tests.scale.watched import watched

MB = 2**20
CHILD = "import time; kept = b'x' * (60 << 20); time.sleep(0.6)"
PARENT = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {CHILD!r}]); print('{{\"a\": 1}}')"


def measured(users: int, seconds: float) -> dict[str, Any]:
    """Describe a size whose steps all took as long."""
    step = {"seconds": seconds, "cpu_seconds": seconds / 2, "peak_bytes": 10**9, "said": None}
    asked = {name: {"first_ms": 9.0, "p50_ms": 4.0, "requests": 200} for name in ("als", "popular")}
    served = {**step, "said": {"started_s": 1.5, "models": asked}}
    return {"users": users, "items": 10, "interactions": 50 * users, "steps": {"train als": step, "serve": served}}


def test_the_exponent_is_found() -> None:
    """Of times that follow the law exactly both its numbers are found again, and the last exponent is the same."""
    law = fitted({users: 0.003 * users**1.1 for users in (10**6, 10**4, 10**5)})
    assert (law.a, law.b, law.last) == pytest.approx((0.003, 1.1, 1.1))
    assert law.met
    assert not fitted({10**4: 1.0, 10**6: 10**2.4}).met


def test_memory_of_what_a_command_starts_counts(tmp_path: Path) -> None:
    """Processes of processes are looked at together, and what the command says is kept."""
    found = watched([sys.executable, "-c", PARENT], tmp_path, (0,))
    assert found.said == {"a": 1}
    assert found.peak > 65 * MB  # the child's 60 and both interpreters
    assert found.seconds > 0.6


def test_a_step_that_fails_says_why(tmp_path: Path) -> None:
    """Its code and its last words."""
    failing = "import sys; print('so that is why', file=sys.stderr); sys.exit(4)"
    with pytest.raises(RuntimeError, match="ended with 4: so that is why"):
        watched([sys.executable, "-c", failing], tmp_path, (0,))


def test_tables_have_a_step_a_line() -> None:
    """The README's its largest size and its exponent, the document's each size."""
    found = [measured(10**4, 2.0), measured(10**6, 200.0)]
    assert "| `train als` | 3.3 min | 1.7 min | 1.00 GB | 1.00 |" in short(found).splitlines()
    assert "| `train als` | 2.0 s, 1.0 s, 1.00 GB | 3.3 min, 1.7 min, 1.00 GB |" in document(found)


def test_one_size_has_no_exponent() -> None:
    """Nothing is said of growth that was not measured, and what was kept can be read again."""
    (found,) = json.loads(json.dumps([measured(10**4, 2.0)]))
    assert "| `train als` | 2.0 s | 1.0 s | 1.00 GB | - |" in short([found])
