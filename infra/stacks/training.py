"""Where training runs on AWS: who it is, its image and its log. The jobs themselves are made by the command."""

from typing import Any

from aws_cdk import ArnFormat, CfnOutput, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra import outputs
from infra.constructs.project_image import project_image
from infra.constructs.retraining import Retraining
from infra.constructs.spark_application import SparkApplication
from infra.constructs.trained import allow_training
from infra.stages import Stage

DOCKERFILE = "training/sagemaker/Dockerfile"
JOBS_LOG = "/aws/sagemaker/TrainingJobs"  # and namespace of metrics, of every job of an account: there is no choice


class TrainingStack(Stack):
    """A role that may publish and promote, and may not touch tokens; an image and Spark, where the stage wants them."""

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
        allow_training(self.role, bucket)
        log = self.format_arn(
            service="logs", resource="log-group", resource_name=JOBS_LOG, arn_format=ArnFormat.COLON_RESOURCE_NAME
        )
        self.log_streams = f"{log}:log-stream:{outputs.jobs_of(stage.name)}*"
        self.log_itself = f"{log}:*"  # as CloudWatch writes a group in policies
        self._allow_log()
        said = {outputs.ROLE_ARN: self.role.role_arn, outputs.LOG_GROUP: JOBS_LOG}
        self.retraining = None
        if stage.training_image:
            neural = {"REQUIREMENTS": "neural"} if stage.training_image == "neural" else None
            image = project_image(self, "Image", DOCKERFILE, neural)
            image.repository.grant_pull(self.role)
            said |= _how_jobs_run(stage, image.image_uri)
            if stage.retrain:
                self.retraining = Retraining(
                    self, "Retraining", stage=stage, bucket=bucket, role=self.role, image=image, said=said
                )
        for name, value in said.items():
            CfnOutput(self, name, value=value)
        if self.retraining:
            CfnOutput(self, outputs.RETRAINING, value=self.retraining.machine.state_machine_arn)
        self.spark = SparkApplication(self, "Spark", stage=stage, bucket=bucket) if stage.spark else None

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
