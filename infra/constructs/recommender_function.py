"""The function of a family, or the catalogue's: an image that reads its own models and nothing else."""

from dataclasses import replace

from aws_cdk import Duration, Size
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.constructs.code import ARCHITECTURES, image
from infra.constructs.execution import Execution, live_alias
from infra.families import Family
from infra.functions import TUNING, metrics_namespace, serving_environment
from infra.stages import Stage

SNAPSTART_DISK_MB = 512  # Lambda's limit; a model that does not fit is refused as one that is too large


class RecommenderFunction(Construct):
    """A container function, its log group and its alias."""

    def __init__(
        self, scope: Construct, construct_id: str, *, family: Family, stage: Stage, bucket: s3.IBucket, reads: list[str]
    ) -> None:
        super().__init__(scope, construct_id)
        if stage.snapstart:
            family = replace(family, disk_mb=SNAPSTART_DISK_MB)
        execution = Execution(self, "Execution", stage=stage, bucket=bucket, reads=reads)
        self.reads = reads
        self.role = execution.role
        self.log_group = execution.log_group
        self.function = lambda_.DockerImageFunction(
            self,
            "Function",
            description=f"warmstart {stage.name}: {family.name}",
            code=image(family.name, stage.architecture),
            architecture=ARCHITECTURES[stage.architecture],
            memory_size=stage.memory_mb.get(family.name, family.memory_mb),
            timeout=Duration.seconds(stage.timeout_s.get(family.name, family.timeout_s)),
            ephemeral_storage_size=Size.mebibytes(family.disk_mb),
            environment={
                **TUNING,
                **serving_environment(family, bucket.s3_url_for_object()),
                "WARMSTART_METRICS": metrics_namespace(stage.name),
                **({"WARMSTART_CORS_ORIGINS": ",".join(stage.cors_origins)} if stage.cors_origins else {}),
            },
            role=execution.role,
            log_group=execution.log_group,
            logging_format=lambda_.LoggingFormat.JSON,
            tracing=lambda_.Tracing.ACTIVE,
        )
        self.live = live_alias(self.function, stage, family.name)
