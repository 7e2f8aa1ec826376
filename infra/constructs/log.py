"""A log group that is kept for as long as its stage says."""

from aws_cdk import RemovalPolicy
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.stages import Stage


def log_group(scope: Construct, stage: Stage) -> logs.LogGroup:
    """Make one; it goes with its stack."""
    group = logs.LogGroup(scope, "Log", removal_policy=RemovalPolicy.DESTROY)
    resource = group.node.default_child
    assert isinstance(resource, logs.CfnLogGroup)  # noqa: S101 what CDK's LogGroup is made of
    resource.retention_in_days = stage.log_days  # CDK's own argument takes a name for each number of days
    return group
