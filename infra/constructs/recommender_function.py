"""The function of a family, or the catalogue's: an image that reads its own models and nothing else."""

from collections.abc import Collection
from dataclasses import replace

from aws_cdk import Size
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.constructs.code import image
from infra.constructs.execution import Execution, live_alias
from infra.families import Family
from infra.functions import serving_environment
from infra.stages import Stage

SNAPSTART_DISK_MB = 512  # Lambda's limit; a model that does not fit is refused as one that is too large


class RecommenderFunction(Construct):
    """A container function, what it runs with, and its alias."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        family: Family,
        stage: Stage,
        bucket: s3.IBucket,
        reads: Collection[str],
    ) -> None:
        super().__init__(scope, construct_id)
        if stage.snapstart:
            family = replace(family, disk_mb=SNAPSTART_DISK_MB)
        self.execution = Execution(
            self,
            "Execution",
            stage=stage,
            bucket=bucket,
            reads=reads,
            name=family.name,
            memory_mb=family.memory_mb,
            timeout_s=family.timeout_s,
        )
        environment = serving_environment(
            family, bucket.s3_url_for_object(), origins=stage.cors_origins, stage=stage.name
        )
        self.function = lambda_.DockerImageFunction(
            self,
            "Function",
            code=image(family, stage.architecture),
            ephemeral_storage_size=Size.mebibytes(family.disk_mb),
            **self.execution.options(environment),
        )
        self.live = live_alias(self.function, stage, family.name)
