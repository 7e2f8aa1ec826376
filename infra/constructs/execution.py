"""What each function runs with: a log group of its own, a role that may write to it, and the alias that is called."""

from collections.abc import Collection, Mapping
from typing import TypedDict

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.constructs.code import ARCHITECTURES
from infra.constructs.log import log_group
from infra.functions import TUNING
from infra.stages import Stage

LIVE = "live"


class FunctionOptions(TypedDict):
    """What a zip and an image have in common."""

    description: str
    architecture: lambda_.Architecture
    memory_size: int
    timeout: Duration
    environment: Mapping[str, str]
    role: iam.Role
    log_group: logs.LogGroup
    logging_format: lambda_.LoggingFormat
    tracing: lambda_.Tracing


class Execution(Construct):
    """A role, a log group and a size; nothing may be read but the objects that are named here."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        stage: Stage,
        bucket: s3.IBucket,
        reads: Collection[str],
        name: str,
        memory_mb: int,
        timeout_s: int,
    ) -> None:
        """Make them.

        Args:
            scope: the parent.
            construct_id: the name under it.
            stage: says how long logs are kept, and may have a size of its own for the function.
            bucket: the store.
            reads: the keys of objects that may be read, with * for any characters.
            name: of the function, in settings and lists.
            memory_mb: unless the stage says otherwise.
            timeout_s: as memory_mb.
        """
        super().__init__(scope, construct_id)
        self._name = name
        self.reads = reads
        self.log_group = log_group(self, stage)
        self.role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        self.log_group.grant_write(self.role)
        self.role.add_to_policy(
            iam.PolicyStatement(actions=["s3:GetObject"], resources=[bucket.arn_for_objects(key) for key in reads])
        )
        self._stage = stage
        self._memory_mb = stage.memory_mb.get(name, memory_mb)
        self._timeout_s = stage.timeout_s.get(name, timeout_s)

    def options(self, environment: Mapping[str, str]) -> FunctionOptions:
        """The function's arguments but for its code; the environment is what it needs beside what all have."""
        return FunctionOptions(
            description=f"warmstart {self._stage.name}: {self._name}",
            architecture=ARCHITECTURES[self._stage.architecture],
            memory_size=self._memory_mb,
            timeout=Duration.seconds(self._timeout_s),
            environment={**TUNING, **environment},
            role=self.role,
            log_group=self.log_group,
            logging_format=lambda_.LoggingFormat.JSON,
            tracing=lambda_.Tracing.ACTIVE,
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
