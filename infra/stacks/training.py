"""Where training runs on AWS: who it is, its image and its log. The jobs themselves are made by `warmstart train`."""

from typing import Any

from aws_cdk import ArnFormat, CfnOutput, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra import outputs
from infra.constructs.retraining import Retraining
from infra.constructs.trained import allow_trained
from infra.constructs.training_image import training_image
from infra.stages import Stage

JOBS_LOG = "/aws/sagemaker/TrainingJobs"  # and namespace of metrics, of every job of an account: there is no choice


class TrainingStack(Stack):
    """A role that may publish and promote, and may not touch tokens; an image, where the stage wants one."""

    def __init__(
        self, scope: Construct, construct_id: str, *, stage: Stage, bucket: s3.IBucket, **options: Any
    ) -> None:
        super().__init__(scope, construct_id, **options)
        self.role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal(
                "sagemaker.amazonaws.com", conditions={"StringEquals": {"aws:SourceAccount": self.account}}
            ),
        )
        allow_trained(self.role, bucket)
        log = self.format_arn(
            service="logs", resource="log-group", resource_name=JOBS_LOG, arn_format=ArnFormat.COLON_RESOURCE_NAME
        )
        self.log_streams = f"{log}:log-stream:{outputs.jobs_of(stage.name)}*"
        self.log_itself = f"{log}:*"  # as CloudWatch writes a group in policies
        self._allow_log()
        self.image = training_image(self, "Image", stage) if stage.training_image else None
        said = {outputs.ROLE_ARN: self.role.role_arn, outputs.LOG_GROUP: JOBS_LOG}
        self.retraining = None
        if self.image:
            self.image.repository.grant_pull(self.role)
            said |= _how_jobs_run(stage, self.image.image_uri)
            if stage.retrain:
                self.retraining = Retraining(
                    self, "Retraining", stage=stage, bucket=bucket, role=self.role, image=self.image, said=said
                )
        for name, value in said.items():
            CfnOutput(self, name, value=value)
        if self.retraining:
            CfnOutput(self, outputs.RETRAINING, value=self.retraining.machine.state_machine_arn)

    def _allow_log(self) -> None:
        """The streams of this stage's jobs and the metrics of their machines.

        SageMaker makes the group with the first job of an account.
        """
        self.role.add_to_policy(
            iam.PolicyStatement(actions=["logs:CreateLogStream", "logs:PutLogEvents"], resources=[self.log_streams])
        )
        self.role.add_to_policy(
            iam.PolicyStatement(actions=["logs:CreateLogGroup", "logs:DescribeLogStreams"], resources=[self.log_itself])
        )
        self.role.add_to_policy(
            iam.PolicyStatement(
                actions=["cloudwatch:PutMetricData"],
                resources=["*"],
                conditions={"StringEquals": {"cloudwatch:namespace": JOBS_LOG}},
            )
        )


def _how_jobs_run(stage: Stage, image: str) -> dict[str, str]:
    return {
        outputs.TRAINING_IMAGE: image,
        outputs.TRAINING_INSTANCE: stage.training_instance,
        outputs.TRAINING_SPOT: str(stage.training_spot).lower(),
        outputs.TRAINING_HOURS: str(stage.training_hours),
        outputs.TRAINING_DISK_GB: str(stage.training_disk_gb),
    }
