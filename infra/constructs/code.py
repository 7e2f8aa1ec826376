"""Where the code of the functions comes from: a function's hash covers its own files and what it shares, no more."""

from pathlib import Path

import jsii
from aws_cdk import AssetHashType, BundlingOptions, DockerImage, IgnoreMode, ILocalBundling
from aws_cdk import aws_ecr_assets as ecr_assets
from aws_cdk import aws_lambda as lambda_

from infra import layer
from infra.families import Family
from infra.functions import AUTHORIZER, PYTHON, handler
from infra.tree import LAYER, ROOT

RUNTIME = LAYER.relative_to(ROOT).as_posix()
NOT_SERVED = ("functions/*/family.toml", "functions/*/app.py", "functions/*/*.in", "functions/*/page")
NOT_BESIDE = ("handler.py", "*.txt")  # what makes a function of a family, and so none of another one's image
JUNK = ("**/__pycache__", "**/*.pyc", "**/.DS_Store")
ARCHITECTURES = {"x86_64": lambda_.Architecture.X86_64, "arm64": lambda_.Architecture.ARM_64}


def image(family: Family, architecture: str) -> lambda_.DockerImageCode:
    """The image of a family or the catalogue; it holds the code of the families beside it, too."""
    own = [f"functions/{name}" for name in (family.name, *family.beside)]
    beside = {"BESIDE": " ".join(family.beside)} if family.beside else {}
    return lambda_.DockerImageCode.from_image_asset(
        str(ROOT),
        file="functions/Dockerfile",
        build_args={"FAMILY": family.name, **beside},
        platform=ecr_assets.Platform.custom(ARCHITECTURES[architecture].docker_platform),
        cmd=[handler(family.name)],
        exclude=[
            *all_but("functions/Dockerfile", "functions/__init__.py", *own, f"{RUNTIME}/python"),
            *NOT_SERVED,
            *(f"functions/{name}/{file}" for name in family.beside for file in NOT_BESIDE),
        ],
        ignore_mode=IgnoreMode.DOCKER,
    )


def authorizer_code() -> lambda_.Code:
    """The authorizer's own files; the rest is in the layer."""
    return lambda_.Code.from_asset(
        str(ROOT),
        exclude=[*all_but("functions/__init__.py", f"functions/{AUTHORIZER}"), "functions/*/requirements.*"],
        ignore_mode=IgnoreMode.DOCKER,
    )


def layer_code(architecture: str) -> lambda_.Code:
    """The runtime and what it needs for a token."""
    return lambda_.Code.from_asset(
        str(ROOT / RUNTIME),
        exclude=[*JUNK],
        asset_hash_type=AssetHashType.SOURCE,
        bundling=BundlingOptions(
            image=DockerImage.from_registry(f"public.ecr.aws/lambda/python:{PYTHON}"),  # never run: see below
            local=_LayerBundling(architecture),
            environment={
                "ARCHITECTURE": architecture,
                "REQUIREMENTS": (ROOT / layer.REQUIREMENTS).read_text(),
            },  # for the hash
        ),
    )


@jsii.implements(ILocalBundling)
class _LayerBundling:
    """Makes the layer without Docker."""

    def __init__(self, architecture: str) -> None:
        self._architecture = architecture

    def try_bundle(self, output_dir: str, *_: object, **__: object) -> bool:
        layer.unpack(self._architecture, Path(output_dir))
        return True


def all_but(*kept: str) -> list[str]:
    """Patterns of a .dockerignore that leave only these files and folders."""
    return ["**", *(f"!{path}" for path in kept), *JUNK]
