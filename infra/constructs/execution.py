"""What each function runs with: a log group of its own, a role that may write to it, and the alias that is called."""

from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.constructs.log import log_group
from infra.stages import Stage

LIVE = "live"


class Execution(Construct):
    """A role and a log group; nothing may be read but the objects that are named here."""

    def __init__(
        self, scope: Construct, construct_id: str, *, stage: Stage, bucket: s3.IBucket, reads: list[str]
    ) -> None:
        """Make both.

        Args:
            scope: the parent.
            construct_id: the name under it.
            stage: says how long logs are kept.
            bucket: the store.
            reads: the keys of objects that may be read, with * for any characters.
        """
        super().__init__(scope, construct_id)
        self.log_group = log_group(self, stage)
        self.role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        self.log_group.grant_write(self.role)
        self.role.add_to_policy(
            iam.PolicyStatement(actions=["s3:GetObject"], resources=[bucket.arn_for_objects(key) for key in reads])
        )


def live_alias(function: lambda_.Function, stage: Stage, name: str) -> lambda_.Alias:
    """The alias that is called; it names the newest version, at once or by a canary."""
    if stage.snapstart:
        resource = function.node.default_child
        assert isinstance(resource, lambda_.CfnFunction)  # noqa: S101 what CDK's Function is made of
        resource.snap_start = lambda_.CfnFunction.SnapStartProperty(apply_on="PublishedVersions")
    return lambda_.Alias(
        function,
        "Live",
        alias_name=LIVE,
        version=function.current_version,
        provisioned_concurrent_executions=stage.provisioned_concurrency.get(name),
    )
