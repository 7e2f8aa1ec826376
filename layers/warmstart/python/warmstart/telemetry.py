"""What a function says of itself: one JSON object a line, metrics in CloudWatch's embedded metric format.

Format: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

import json
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from traceback import extract_tb
from typing import Any, Literal

NAMESPACE = os.environ.get("WARMSTART_METRICS") or "warmstart"  # a stage's own, so that none counts for another
Unit = Literal["Count", "Milliseconds", "Bytes"]


def log(level: Literal["INFO", "WARNING", "ERROR"], message: str, **fields: Any) -> None:
    """Write one log line; callers pass no token and no input of a client."""
    _write({"level": level, "message": message, **fields})


def log_failure(message: str, error: BaseException, **fields: Any) -> None:
    """Write where an unexpected error arose: its type and places in the code, not its text, which can hold input."""
    places = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in extract_tb(error.__traceback__)[-5:]]
    log("ERROR", message, error=type(error).__name__, at=places, **fields)


def metric(name: str, value: float, *, unit: Unit = "Count", **dimensions: str) -> None:
    """Write one metric, by its dimensions and once more without; the log line is the metric, so nothing is sent."""
    _embed({name: value}, unit, [list(dimensions), []] if dimensions else [[]], dimensions)


def metrics(values: Mapping[str, float], unit: Unit, **dimensions: str) -> None:
    """Write some metrics in one line, by their dimensions alone: each set of these is paid for."""
    _embed(values, unit, [list(dimensions)], dimensions)


def _embed(values: Mapping[str, float], unit: Unit, sets: list[list[str]], dimensions: Mapping[str, str]) -> None:
    named = [{"Name": name, "Unit": unit} for name in values]
    directive = {"Namespace": NAMESPACE, "Dimensions": sets, "Metrics": named}
    _write({"_aws": {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [directive]}, **values, **dimensions})


def _write(line: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(line, default=str) + "\n")
    sys.stdout.flush()
