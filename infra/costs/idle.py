"""`make idle-costs`: what a stage costs in a month without one call, counted in its synthesized templates.

By the list of prices in `infra/costs/prices.toml`. Artifacts in S3, images in ECR and logs are priced by the GB.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from infra.costs.calls import SECONDS
from infra.costs.prices import PRICES, cost

BY_THE_GB = {  # a GB and month
    "artifacts in S3": PRICES["s3_gb_month"].dollars,
    "images in ECR": PRICES["image_gb_month"].dollars,
    "logs in CloudWatch": PRICES["log_gb_month"].dollars,
}


def main(assembly: Path) -> None:
    """Print the table of a stage.

    Args:
        assembly: the folder of its synthesized templates.
    """
    rows = standing(assembly)
    for what, dollars in (*rows, ("in all", sum(dollars for _, dollars in rows))):
        print(f"{what:<50} {dollars:7.2f}")
    for what, dollars in BY_THE_GB.items():
        print(f"{what + ', a GB':<50} {dollars:7.3f}")


def standing(assembly: Path) -> list[tuple[str, float]]:
    """What stands there, and its dollars of a month.

    Args:
        assembly: as for `main`.
    """
    resources: dict[str, Any] = {}
    for path in sorted(assembly.glob("*.template.json")):
        resources.update(json.loads(path.read_text(encoding="utf-8"))["Resources"])
    metrics = sum(_metrics(alarm) for alarm in _of(resources, "CloudWatch::Alarm"))
    dashboards = len([*_of(resources, "CloudWatch::Dashboard")])
    provisioned = _provisioned_gb(resources)
    return [
        (f"{metrics} metrics that alarms look at", cost("alarm_metric_month", metrics)),
        (f"{dashboards} dashboards", cost("dashboard_month", dashboards)),
        (
            f"{provisioned:.2f} GB of provisioned concurrency",
            cost("lambda_provisioned_gb_second", provisioned * SECONDS),
        ),
        ("functions, API, authorizer, plans, topics, Spark", 0.0),
    ]


def _of(resources: Mapping[str, Any], kind: str) -> Iterator[Mapping[str, Any]]:
    """The properties of each resource of a type, without its AWS::."""
    return (resource["Properties"] for resource in resources.values() if resource["Type"] == f"AWS::{kind}")


def _metrics(alarm: Mapping[str, Any]) -> int:
    """How many metrics an alarm looks at: its own, or those of its expression."""
    return len([entry for entry in alarm.get("Metrics", []) if "MetricStat" in entry]) or 1


def _provisioned_gb(resources: Mapping[str, Any]) -> float:
    """The memory that is kept warm, whether or not anybody calls."""
    total = 0.0
    for alias in _of(resources, "Lambda::Alias"):
        count = alias.get("ProvisionedConcurrencyConfig", {}).get("ProvisionedConcurrentExecutions", 0)
        memory_mb = resources[alias["FunctionName"]["Ref"]]["Properties"]["MemorySize"]
        total += count * memory_mb / 1024
    return total


if __name__ == "__main__":
    main(Path(sys.argv[1]))
