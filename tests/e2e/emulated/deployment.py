"""The CDK's own commands against the emulator: bootstrap, build, deploy, destroy."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from tests.e2e.emulated.assets import build, images
from tests.e2e.emulated.emulator import ACCOUNT, REGION, Emulator
from tests.e2e.emulated.tools import INFRA, ROOT, run

CDK = INFRA / "node_modules/.bin/cdk"


class Deployment(NamedTuple):
    """What one tree deploys as one stage."""

    emulator: Emulator
    stage: str
    tree: Path = ROOT  # whose infra/app.py, functions and cdk.json
    context: Mapping[str, str] = {}

    def bootstrap(self) -> None:
        """What CDK needs once for an account and a region."""
        self._cdk("bootstrap", f"aws://{ACCOUNT}/{REGION}")

    def deploy(self, *parts: str) -> dict[str, str]:
        """Synthesize, build every image, deploy every stack or those that are named; return their outputs."""
        stacks = [f"warmstart-{self.stage}-{part}" for part in parts]
        assembly = self._synth(*stacks)
        templates = "".join((assembly / f"{stack}.template.json").read_text() for stack in stacks)
        for image in images(assembly):
            for destination in image["destinations"].values():
                if not stacks or destination["imageTag"] in templates:
                    build(assembly, image, _name(destination))
        outputs = self.emulator.folder / f"{self.stage}.outputs.json"
        options = ("--app", assembly, "--require-approval", "never", "--outputs-file", outputs)
        self._cdk("deploy", *(stacks or ["--all"]), *options)
        return {key: value for stack in json.loads(outputs.read_text()).values() for key, value in stack.items()}

    def destroy(self) -> None:
        """Take down what is not kept."""
        stacks = [f"warmstart-{self.stage}-{part}" for part in ("serving", "training")]
        self._cdk("destroy", *stacks, "--force", "--app", self._synth())

    def _synth(self, *stacks: str) -> Path:
        assembly = self.emulator.folder / f"{self.stage}.cdk.out"
        self._cdk("synth", *stacks, "--quiet", "--output", assembly)
        return assembly

    def _cdk(self, *arguments: str | Path) -> str:
        context = {"stage": self.stage, **self.context}
        options = [f"--context={key}={value}" for key, value in context.items()]
        return run(CDK, *arguments, *options, environment=self.emulator.environment, cwd=self.tree)


def _name(destination: Mapping[str, str]) -> str:
    """The name that the template gives an image: the CDK takes it for pushed, for ministack says so."""
    name = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/{destination['repositoryName']}:{destination['imageTag']}"
    return name.replace("${AWS::AccountId}", ACCOUNT).replace("${AWS::Region}", REGION)
