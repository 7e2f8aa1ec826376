"""What is counted, and in which form CloudWatch reads it."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.layers.artifacts import DotScorer, OddScorer, Spec, promote_new, user
from tests.layers.places import Place
from tests.layers.serving import serve
from warmstart import telemetry
from warmstart.telemetry import metric

Capture = pytest.CaptureFixture[str]
Count = Callable[..., list[str]]
SPEC, ODD, PLAIN = Spec(), Spec(model="odd", scorer="odd"), Spec(model="plain", described={"personal": False})


def written(capsys: Capture) -> list[dict[str, Any]]:
    """The lines since the last look."""
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_metric_is_counted_by_model_and_altogether(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line, two sets of dimensions: an alarm need not know the models' names."""
    monkeypatch.setattr(telemetry, "NAMESPACE", "warmstart/dev")
    metric("OpenTime", 12.5, unit="Milliseconds", model="als")
    [line] = written(capsys)
    assert line.pop("_aws")["CloudWatchMetrics"] == [
        {
            "Namespace": "warmstart/dev",
            "Dimensions": [["model"], []],
            "Metrics": [{"Name": "OpenTime", "Unit": "Milliseconds"}],
        }
    ]
    assert line == {"OpenTime": 12.5, "model": "als"}


def test_a_metric_without_dimensions_is_counted_once(capsys: Capture) -> None:
    """The same set twice would be the same number twice."""
    metric("Started", 1)
    assert written(capsys)[0]["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [[]]


@pytest.mark.parametrize(
    ("said", "namespace"),
    [
        ({}, "warmstart"),
        ({"WARMSTART_METRICS": ""}, "warmstart"),
        ({"WARMSTART_METRICS": "warmstart/dev"}, "warmstart/dev"),
    ],
)
def test_the_namespace_is_the_environment_s(said: dict[str, str], namespace: str) -> None:
    """A process has the one that it was started with."""
    environment = {name: value for name, value in os.environ.items() if name != "WARMSTART_METRICS"} | said
    code = "from warmstart.telemetry import metric; metric('Started', 1)"
    ran = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert json.loads(ran.stdout)["_aws"]["CloudWatchMetrics"][0]["Namespace"] == namespace


@pytest.fixture
def fallbacks(folder: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> Count:
    """Ask a function of two personal models and one of another kind; return whose fallbacks were counted meanwhile."""
    for spec in (SPEC, ODD, PLAIN):
        promote_new(folder.open(), tmp_path, spec)
    for name, value in (("STORE", folder.url), ("MODELS", "als,odd,plain"), ("CACHE", str(tmp_path / "cache"))):
        monkeypatch.setenv(f"WARMSTART_{name}", value)
    monkeypatch.setenv("WARMSTART_PRELOAD", "als,odd,plain")
    handler = serve(DotScorer, OddScorer)

    def ask(method: str, path: str, body: Any = None, **query: str) -> list[str]:
        capsys.readouterr()
        event = {
            "httpMethod": method,
            "path": path,
            "headers": {"content-type": "application/json"},
            "queryStringParameters": query,
            "requestContext": {"authorizer": {"token": "alice", "models": "*"}},
            "body": json.dumps(body),
        }
        assert handler(event, None)["statusCode"] in {200, 404}
        return [line["model"] for line in written(capsys) if line.get("Fallback") == 1]

    return ask


def test_a_personal_model_s_fallback_is_counted(fallbacks: Count) -> None:
    """For strangers, by path or on the fly, once an answer."""
    assert fallbacks("GET", "/reco/als/999") == ["als"]
    assert fallbacks("POST", "/reco/als", {"history": [{"item_id": 7}]}) == ["als"]
    assert fallbacks("POST", "/reco/als", {}, explain="true") == ["als"]


def test_what_the_model_answers_is_not_counted(fallbacks: Count) -> None:
    """Neither whole answers nor those that the fallback fills up, nor errors."""
    assert fallbacks("GET", f"/reco/als/{user(SPEC, 0)}", k="2") == []
    assert fallbacks("GET", f"/reco/odd/{user(ODD, 1)}") == []
    assert fallbacks("POST", "/reco/als", {"history": [{"item_id": 103}], "k": 2}) == []
    assert fallbacks("GET", "/reco/als/nobody") == []


def test_a_model_that_knows_nobody_has_no_fallbacks(fallbacks: Count) -> None:
    """To be popular with strangers is its work."""
    assert fallbacks("GET", "/reco/plain/999") == []
