"""An image that trains: the project as it lies here, and what it needs at the versions that it is tested with."""

from collections.abc import Mapping

from aws_cdk import IgnoreMode
from aws_cdk import aws_ecr_assets as ecr_assets
from constructs import Construct

from infra.constructs.code import RUNTIME, all_but
from infra.tree import ROOT

HELD = ("training", "functions", "infra", f"{RUNTIME}/python")
NOT_TRAINED_WITH = ("functions/catalogue/page", "functions/catalogue/static/explore", "functions/Dockerfile", "**/*.in")


def project_image(
    scope: Construct, construct_id: str, dockerfile: str, build_args: Mapping[str, str] | None = None
) -> ecr_assets.DockerImageAsset:
    """The image of one of training's Dockerfiles, for machines of x86_64."""
    return ecr_assets.DockerImageAsset(
        scope,
        construct_id,
        directory=str(ROOT),
        file=dockerfile,
        build_args=build_args,
        platform=ecr_assets.Platform.LINUX_AMD64,
        exclude=[*all_but(*HELD), *NOT_TRAINED_WITH],
        ignore_mode=IgnoreMode.DOCKER,
    )
