"""Where training runs on AWS: who it is, its images and its log. The jobs themselves are made by `warmstart train`."""

from typing import Any

from aws_cdk import CfnOutput, RemovalPolicy, Stack
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.constructs.log import log_group
from infra.keys import TRAINED
from infra.outputs import IMAGES_URI, LOG_GROUP, ROLE_ARN
from infra.stages import Stage

KEPT_IMAGES = 5


class TrainingStack(Stack):
    """A role that may publish and promote, and may not touch tokens; a repository; a log group."""

    def __init__(
        self, scope: Construct, construct_id: str, *, stage: Stage, bucket: s3.IBucket, **options: Any
    ) -> None:
        super().__init__(scope, construct_id, **options)
        images = ecr.Repository(
            self,
            "Images",
            image_scan_on_push=True,
            image_tag_mutability=ecr.TagMutability.IMMUTABLE,
            lifecycle_rules=[ecr.LifecycleRule(max_image_count=KEPT_IMAGES)],
            removal_policy=RemovalPolicy.DESTROY,
            empty_on_delete=True,
        )
        log = log_group(self, stage)
        self.role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("sagemaker.amazonaws.com"))
        self.role.add_to_policy(
            iam.PolicyStatement(
                actions=["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
                resources=[bucket.arn_for_objects(key) for key in TRAINED],
            )
        )
        self.role.add_to_policy(
            iam.PolicyStatement(
                actions=["s3:ListBucket"],
                resources=[bucket.bucket_arn],
                conditions={"StringLike": {"s3:prefix": [*TRAINED]}},
            )
        )
        images.grant_pull(self.role)
        log.grant_write(self.role)
        CfnOutput(self, ROLE_ARN, value=self.role.role_arn)
        CfnOutput(self, IMAGES_URI, value=images.repository_uri)
        CfnOutput(self, LOG_GROUP, value=log.log_group_name)
