"""What whoever trains may do in the store: make versions and promote them, and touch no token."""

from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3

from infra.keys import TRAINED


def allow_training(role: iam.Role, bucket: s3.IBucket) -> None:
    """Let a role read and write what training makes, and list that."""
    role.add_to_policy(
        iam.PolicyStatement(
            actions=["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
            resources=[bucket.arn_for_objects(key) for key in TRAINED],
        )
    )
    role.add_to_policy(
        iam.PolicyStatement(
            actions=["s3:ListBucket"],
            resources=[bucket.bucket_arn],
            conditions={"StringLike": {"s3:prefix": [*TRAINED]}},
        )
    )
