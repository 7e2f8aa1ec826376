"""Where tables that outgrow one machine are trained on: an application of EMR Serverless, which idles without cost."""

from aws_cdk import ArnFormat, CfnOutput, Stack
from aws_cdk import aws_emrserverless as emr
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra import outputs
from infra.constructs.log import log_group
from infra.constructs.project_image import project_image
from infra.constructs.trained import allow_training
from infra.keys import TOKENS
from infra.spark import GB_PER_VCPU, RELEASE, executors
from infra.stages import Stage

DOCKERFILE = "training/spark/Dockerfile"
IDLE_MINUTES = 5  # after which an application that nobody uses stops; it costs nothing before, either


class SparkApplication(Construct):
    """An image, the application that runs it, the role of its jobs and their log."""

    def __init__(self, scope: Construct, construct_id: str, *, stage: Stage, bucket: s3.IBucket) -> None:
        super().__init__(scope, construct_id)
        image = project_image(self, "Image", DOCKERFILE)
        self.application = emr.CfnApplication(
            self,
            "Application",
            type="SPARK",
            release_label=RELEASE,
            architecture="X86_64",
            image_configuration=emr.CfnApplication.ImageConfigurationInputProperty(image_uri=image.image_uri),
            auto_start_configuration=emr.CfnApplication.AutoStartConfigurationProperty(enabled=True),
            auto_stop_configuration=emr.CfnApplication.AutoStopConfigurationProperty(
                enabled=True, idle_timeout_minutes=IDLE_MINUTES
            ),
            maximum_capacity=emr.CfnApplication.MaximumAllowedResourcesProperty(
                cpu=f"{stage.spark_max_vcpu} vCPU",
                memory=f"{stage.spark_max_vcpu * GB_PER_VCPU} GB",
                disk=f"{(1 + executors(stage.spark_max_vcpu)) * stage.spark_disk_gb} GB",
            ),
        )
        self.log = log_group(self, stage)
        self.role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal(
                "emr-serverless.amazonaws.com",
                conditions={"StringEquals": {"aws:SourceAccount": Stack.of(self).account}},
            ),
        )
        allow_training(self.role, bucket)
        self._deny_tokens(bucket)
        self.tables = [self._table(url) for url in stage.spark_reads]
        self._allow_tables()
        self.log_groups = Stack.of(self).format_arn(
            service="logs", resource="log-group", resource_name="*", arn_format=ArnFormat.COLON_RESOURCE_NAME
        )
        self._allow_log()
        self._say_how_jobs_run(stage)

    def _deny_tokens(self, bucket: s3.IBucket) -> None:
        """Whatever a stage lets its jobs read: it may name the store's own bucket."""
        self.role.add_to_policy(
            iam.PolicyStatement(
                effect=iam.Effect.DENY, actions=["s3:GetObject"], resources=[bucket.arn_for_objects(TOKENS)]
            )
        )

    def _table(self, url: str) -> tuple[str, str]:
        """The ARN of a bucket that a stage lets its jobs read, and the keys in it."""
        bucket, _, prefix = url.removeprefix("s3://").partition("/")
        arn = Stack.of(self).format_arn(service="s3", region="", account="", resource=bucket)
        return arn, f"{prefix}*"

    def _allow_tables(self) -> None:
        for bucket, keys in self.tables:
            self.role.add_to_policy(iam.PolicyStatement(actions=["s3:GetObject"], resources=[f"{bucket}/{keys}"]))
            self.role.add_to_policy(
                iam.PolicyStatement(
                    actions=["s3:ListBucket"],
                    resources=[bucket],
                    conditions={"StringLike": {"s3:prefix": [keys]}},
                )
            )

    def _allow_log(self) -> None:
        """EMR Serverless looks for the group among all, then writes into it."""
        self.role.add_to_policy(iam.PolicyStatement(actions=["logs:DescribeLogGroups"], resources=[self.log_groups]))
        self.role.add_to_policy(
            iam.PolicyStatement(
                actions=["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
                resources=[self.log.log_group_arn],
            )
        )

    def _say_how_jobs_run(self, stage: Stage) -> None:
        said = {
            outputs.SPARK_APPLICATION: self.application.attr_application_id,
            outputs.SPARK_ROLE_ARN: self.role.role_arn,
            outputs.SPARK_LOG_GROUP: self.log.log_group_name,
            outputs.SPARK_MAX_VCPU: str(stage.spark_max_vcpu),
            outputs.SPARK_HOURS: str(stage.spark_hours),
            outputs.SPARK_DISK_GB: str(stage.spark_disk_gb),
        }
        for name, value in said.items():
            CfnOutput(Stack.of(self), name, value=value)
