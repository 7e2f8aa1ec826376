"""The images of a synthesized app: what a deploy would build, built here."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.e2e.emulated.tools import INFRA, ROOT, docker, run

JSII_ON_OLD_NODE = {"JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20"}


def synthesize(stage: str, folder: Path, **settings: str) -> Path:
    """Write a stage's cloud assembly, without the layer's wheels, which need a network; return its folder."""
    context = json.loads((ROOT / "cdk.json").read_text())["context"]
    context["stages"][stage].update(settings)
    context.update({"stage": stage, "aws:cdk:bundling-stacks": []})
    environment = {"CDK_CONTEXT_JSON": json.dumps(context), "CDK_OUTDIR": str(folder), **JSII_ON_OLD_NODE}
    run(INFRA / "bin/python", "-m", "infra.app", environment={**os.environ, **environment})
    return folder


def images(assembly: Path) -> list[dict[str, Any]]:
    """Return every image of an assembly: where it is built from, and what it is called where."""
    manifests = [json.loads(path.read_text()) for path in sorted(assembly.glob("*.assets.json"))]
    return [image for manifest in manifests for image in manifest.get("dockerImages", {}).values()]


def family_of(image: Mapping[str, Any]) -> str:
    """Return whose image it is."""
    return str(image["source"]["dockerBuildArgs"]["FAMILY"])


def build(assembly: Path, image: Mapping[str, Any], tag: str) -> None:
    """Build an image as a deploy does, from its own files alone."""
    source = image["source"]
    context = assembly / source["directory"]
    arguments = [f"--build-arg={name}={value}" for name, value in source.get("dockerBuildArgs", {}).items()]
    docker("build", "--quiet", f"--tag={tag}", f"--file={context / source['dockerFile']}", *arguments, context)
