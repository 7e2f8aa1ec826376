"""How new code goes live in a guarded stage, alone in a bare stack."""

import pytest
from aws_cdk import aws_cloudwatch as cloudwatch

from infra.constructs.canary import Canary
from infra.constructs.execution import live_alias
from tests.infra.stacks.synthesis import a_function, a_stack, a_stage, template_of
from tests.infra.stacks.template import Template

NAMES = ("lists", "authorizer")


@pytest.fixture(scope="module")
def canary() -> Template:
    """A stack with two functions that one alarm watches."""
    stack = a_stack()
    metric = cloudwatch.Metric(namespace="bare", metric_name="Errors")
    Canary(
        stack,
        "Canary",
        aliases={name: live_alias(a_function(stack, name), a_stage(), name) for name in NAMES},
        alarms=[cloudwatch.Alarm(stack, "Errors", metric=metric, threshold=0, evaluation_periods=1)],
    )
    return template_of(stack)


def test_every_alias_is_moved_by_codedeploy(canary: Template) -> None:
    """Each alias has an update policy of its own, so that no deployment jumps."""
    aliases = [resource for resource in canary.resources.values() if resource["Type"] == "AWS::Lambda::Alias"]
    groups = {alias["UpdatePolicy"]["CodeDeployLambdaAliasUpdate"]["DeploymentGroupName"]["Ref"] for alias in aliases}
    assert len(aliases) == len(groups) == len(NAMES)


def test_a_tenth_goes_first(canary: Template) -> None:
    """Ten percent of the calls for five minutes, then all."""
    assert {group["DeploymentConfigName"] for group in canary.all("CodeDeploy::DeploymentGroup")} == {
        "CodeDeployDefault.LambdaCanary10Percent5Minutes"
    }


def test_an_alarm_takes_it_back(canary: Template) -> None:
    """A deployment that fails, is stopped or sets off an alarm is undone without anybody."""
    for group in canary.all("CodeDeploy::DeploymentGroup"):
        assert len(group["AlarmConfiguration"]["Alarms"]) == 1
        assert group["AlarmConfiguration"]["Enabled"]
        assert group["AutoRollbackConfiguration"]["Enabled"]
        assert set(group["AutoRollbackConfiguration"]["Events"]) == {
            "DEPLOYMENT_FAILURE",
            "DEPLOYMENT_STOP_ON_REQUEST",
            "DEPLOYMENT_STOP_ON_ALARM",
        }
