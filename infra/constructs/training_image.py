"""The image that trains: the project as it lies here, and what it needs at the versions that it is tested with."""

from aws_cdk import IgnoreMode
from aws_cdk import aws_ecr_assets as ecr_assets
from constructs import Construct

from infra.constructs.code import RUNTIME, all_but
from infra.stages import Stage
from infra.tree import ROOT

DOCKERFILE = "training/sagemaker/Dockerfile"
HELD = ("training", "functions", "infra", f"{RUNTIME}/python")
NOT_TRAINED_WITH = ("functions/catalogue/page", "functions/catalogue/static/explore", "functions/Dockerfile", "**/*.in")


def training_image(scope: Construct, construct_id: str, stage: Stage) -> ecr_assets.DockerImageAsset:
    """The image of a stage, with PyTorch where the stage says neural; SageMaker's instances are x86_64."""
    return ecr_assets.DockerImageAsset(
        scope,
        construct_id,
        directory=str(ROOT),
        file=DOCKERFILE,
        build_args={"REQUIREMENTS": "neural"} if stage.training_image == "neural" else {},
        platform=ecr_assets.Platform.LINUX_AMD64,
        exclude=[*all_but(*HELD), *NOT_TRAINED_WITH],
        ignore_mode=IgnoreMode.DOCKER,
    )
