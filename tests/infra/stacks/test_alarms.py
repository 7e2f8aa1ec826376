"""What wakes somebody, alone in a bare stack."""

import json

import pytest
from aws_cdk import aws_logs as logs

from infra.constructs.alarms import Alarms
from infra.functions import INIT_PARTS
from infra.stacks.serving import ROLLS_BACK
from tests.infra.stacks.synthesis import Assembly, a_function, a_stack, template_of
from tests.infra.stacks.template import Template, text


def watching(*names: str, email: str | None = None) -> Template:
    """A stack whose alarms watch these functions."""
    stack = a_stack()
    Alarms(
        stack,
        "Alarms",
        api={"ApiName": "bare", "Stage": "dev"},
        functions={name: a_function(stack, name) for name in names},
        log_groups=[logs.LogGroup(stack, f"Log-{name}") for name in names],
        namespace="warmstart/bare",
        email=email,
    )
    return template_of(stack)


@pytest.fixture(scope="module")
def alarms() -> Template:
    """Two functions, and nobody who is told."""
    return watching("lists", "authorizer")


def test_more_functions_have_no_more_alarms(alarms: Template) -> None:
    """An alarm costs by the month: there are as many for six functions as for two."""
    many = watching("lists", "knn", "neural", "ranker", "catalogue", "authorizer")
    assert len(many.all("CloudWatch::Alarm")) == len(alarms.all("CloudWatch::Alarm")) <= 10


def test_every_function_counts() -> None:
    """Each function's throttles are watched, and its errors but for the authorizer's: any stranger can make those."""
    template = watching("lists", "knn", "authorizer")
    for metric, functions in (("Errors", ["knn", "lists"]), ("Throttles", ["authorizer", "knn", "lists"])):
        watched = [
            stat["MetricStat"]["Metric"]["Dimensions"][0]["Value"]["Ref"]
            for alarm in template.all("CloudWatch::Alarm")
            for stat in alarm.get("Metrics", [])
            if stat.get("MetricStat", {}).get("Metric", {}).get("MetricName") == metric
        ]
        assert sorted(map(template.function_name, watched)) == functions


def test_what_takes_a_canary_back_is_seen_while_it_is_out(prod: Assembly) -> None:
    """A canary is out for five minutes; its alarms go off after two of one minute."""
    serving = prod["serving"]
    groups = serving.all("CodeDeploy::DeploymentGroup")
    names = {alarm["Name"]["Ref"] for group in groups for alarm in group["AlarmConfiguration"]["Alarms"]}
    assert len(names) == len(ROLLS_BACK)
    for name in names:
        alarm = serving.content["Resources"][name]["Properties"]
        periods = {alarm.get("Period"), *(m.get("MetricStat", {}).get("Period") for m in alarm.get("Metrics", []))}
        assert periods - {None} == {60}
        assert alarm["EvaluationPeriods"] == 2


def test_an_alarm_on_more_functions_than_cloudwatch_takes_is_refused() -> None:
    """Eleven functions are one too many for a sum."""
    with pytest.raises(ValueError, match="11 functions"):
        watching(*(f"family{n}" for n in range(11)))


def test_no_alarm_refers_to_the_api(alarms: Template) -> None:
    """A canary's aliases wait for the alarms and the API for the aliases, so the API's metrics are named by texts."""
    watched = json.dumps(alarms.all("CloudWatch::Alarm"))
    assert watched.count('"Name": "ApiName", "Value": "bare"') == watched.count("AWS/ApiGateway") > 0


def test_every_alarm_is_heard_and_says_what_is_wrong(alarms: Template) -> None:
    """Each tells the topic when it starts and when it ends, is quiet without calls, and describes itself."""
    for alarm in alarms.all("CloudWatch::Alarm"):
        assert alarm["AlarmActions"] == alarm["OKActions"]
        assert len(alarm["AlarmActions"]) == 1
        assert alarm["TreatMissingData"] == "notBreaching"
        assert len(alarm["AlarmDescription"]) > 10


def test_the_topic_takes_nothing_in_the_clear(alarms: Template) -> None:
    """CloudWatch may publish, nobody without TLS, and nobody is told unless an address is given."""
    statements = alarms.one("SNS::TopicPolicy")["PolicyDocument"]["Statement"]
    allow, deny = sorted(statements, key=lambda statement: str(statement["Effect"]))
    assert (deny["Effect"], deny["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
    assert (allow["Effect"], allow["Action"]) == ("Allow", "sns:Publish")
    assert allow["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert allow["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
    assert not alarms.all("SNS::Subscription")


def test_the_address_hears_of_it() -> None:
    """One subscription, by e-mail."""
    subscription = watching("lists", email="night@shop.example").one("SNS::Subscription")
    assert (subscription["Protocol"], subscription["Endpoint"]) == ("email", "night@shop.example")


def test_inits_are_read_out_of_lambda_s_own_lines(alarms: Template) -> None:
    """Each log group has a filter on the duration that Lambda reports, into the metric that an alarm watches."""
    filters = alarms.all("Logs::MetricFilter")
    assert len(filters) == 2
    for metric_filter in filters:
        (transformation,) = metric_filter["MetricTransformations"]
        assert transformation["MetricValue"] == "$.record.metrics.initDurationMs"
        assert (transformation["MetricNamespace"], transformation["MetricName"]) == ("warmstart/bare", "InitTime")
    assert "InitTime" in {alarm.get("MetricName") for alarm in alarms.all("CloudWatch::Alarm")}


def test_one_page_shows_what_the_alarms_watch(alarms: Template) -> None:
    """The dashboard has a graph for each alarm, all alarms above them, and below them where an init's time goes."""
    page = json.loads(text(alarms.one("CloudWatch::Dashboard")["DashboardBody"]))
    kinds = [widget["type"] for widget in page["widgets"]]
    assert kinds == ["alarm", *["metric"] * (len(alarms.all("CloudWatch::Alarm")) + 1)]
    parts = [metric[0]["expression"] for metric in page["widgets"][-1]["properties"]["metrics"]]
    assert [part.partition('MetricName="')[2].partition('"')[0] for part in parts] == [*INIT_PARTS]
    assert {part.partition("{")[2].partition("}")[0] for part in parts} == {"warmstart/bare,function"}
