"""Where the time of an init goes, as a function says it."""

import gc
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from infra.functions import INIT_PARTS
from tests.layers.artifacts import DotScorer, Spec, promote_new
from tests.layers.places import Place
from tests.layers.serving import serve
from warmstart.init_times import init, process_age_ms
from warmstart.lambda_handler import start

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def environment(folder: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A function of one model, that is to be there at the first request."""
    for name, value in {"STORE": folder.url, "MODELS": "als", "PRELOAD": "als", "CACHE": str(tmp_path / "c")}.items():
        monkeypatch.setenv(f"WARMSTART_{name}", value)
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "shop-factorization")
    return folder


def told(capsys: Capture) -> list[dict[str, float]]:
    """The records of an init since the last look."""
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return [line for line in lines if "InitMs" in line]


def test_an_init_says_where_its_time_went(environment: Place, tmp_path: Path, capsys: Capture) -> None:
    """One record by function alone, whose parts are those that the stage's page shows; each part took time."""
    promote_new(environment.open(), tmp_path, Spec())
    serve(DotScorer)
    [record] = told(capsys)
    [directive] = record.pop("_aws")["CloudWatchMetrics"]  # type: ignore[attr-defined]
    assert (directive["Dimensions"], record.pop("function")) == ([["function"]], "shop-factorization")
    assert tuple(metric["Name"] for metric in directive["Metrics"]) == tuple(record) == INIT_PARTS
    assert {metric["Unit"] for metric in directive["Metrics"]} == {"Milliseconds"}
    assert min(record.values()) > 0


def test_nothing_is_loaded_where_no_scorer_came(environment: Place, tmp_path: Path, capsys: Capture) -> None:
    """A block that fails ends the init at once with its error: the pull does not wait for scorers."""
    promote_new(environment.open(), tmp_path, Spec())
    with pytest.raises(ZeroDivisionError), start():
        raise ZeroDivisionError
    assert told(capsys) == []


def test_garbage_is_looked_for_again_after_an_init() -> None:
    """Also where it failed."""
    with init():
        assert not gc.isenabled()
    assert gc.isenabled()
    with pytest.raises(ZeroDivisionError), init():
        raise ZeroDivisionError
    assert gc.isenabled()


def test_a_process_knows_its_age() -> None:
    """A fresh one is younger than the one that started it, and not younger than it has worked."""
    code = "import time; from warmstart.init_times import process_age_ms as age; print(age(), time.process_time())"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ)
    age, worked = map(float, ran.stdout.split())
    assert worked * 1000 - 20 <= age < process_age_ms()


def test_numpy_comes_after_the_pull_has_begun() -> None:
    """What begins a pull imports nothing that takes long: no numbers, no web framework."""
    code = "import sys, warmstart.lambda_handler; print({'numpy', 'starlette', 'msgspec'} & {*sys.modules})"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "set()"
