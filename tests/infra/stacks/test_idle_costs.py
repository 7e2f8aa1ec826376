"""What a stage costs without one call, counted in its own templates."""

import pytest

from infra.costs import idle
from infra.costs.calls import SECONDS
from infra.costs.prices import PRICES
from tests.infra.stacks.synthesis import Assembly

ALARM_METRIC = PRICES["alarm_metric_month"].dollars
DASHBOARD = PRICES["dashboard_month"].dollars
PROVISIONED_GB_SECOND = PRICES["lambda_provisioned_gb_second"].dollars


def priced(assembly: Assembly, capsys: pytest.CaptureFixture[str]) -> dict[str, float]:
    """The rows of the printed table."""
    idle.main(assembly.folder)
    rows = [line.rsplit(maxsplit=1) for line in capsys.readouterr().out.splitlines()]
    return {what: float(dollars) for what, dollars in rows}


def test_dev_costs_nothing(dev: Assembly, capsys: pytest.CaptureFixture[str]) -> None:
    """No alarm, no dashboard and nothing that is kept warm; the rest is paid by the gigabyte."""
    costs = priced(dev, capsys)
    assert costs["in all"] == 0
    assert {what for what, dollars in costs.items() if dollars} == {
        "artifacts in S3, a GB",
        "images in ECR, a GB",
        "logs in CloudWatch, a GB",
    }


def test_prod_costs_its_alarms_and_its_dashboard(prod: Assembly, capsys: pytest.CaptureFixture[str]) -> None:
    """Alarms cost by the metric: a sum over all functions, one without the authorizer, a share of two, four alone."""
    metrics = 2 * len(prod["serving"].functions()) - 1 + 2 + 4
    costs = priced(prod, capsys)
    assert costs[f"{metrics} metrics that alarms look at"] == pytest.approx(metrics * ALARM_METRIC)
    assert costs["1 dashboards"] == DASHBOARD
    assert costs["in all"] == pytest.approx(metrics * ALARM_METRIC + DASHBOARD)


def test_what_is_kept_warm_costs_by_the_hour(full: Assembly, capsys: pytest.CaptureFixture[str]) -> None:
    """Two instances of 2 GB, every second of the month."""
    costs = priced(full, capsys)
    expected = 4 * SECONDS * PROVISIONED_GB_SECOND
    assert costs["4.00 GB of provisioned concurrency"] == pytest.approx(expected, abs=0.01)
