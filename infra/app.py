"""The CDK app: `cdk deploy --context stage=dev '**'` runs it."""

import sys

import aws_cdk as cdk
from cdk_nag import AwsSolutionsChecks, ServerlessChecks

from infra.acknowledged import acknowledge
from infra.families import CATALOGUE, Family, read_families
from infra.functions import AUTHORIZER
from infra.outputs import STAGE_TAG, stack
from infra.stacks.artifacts import ArtifactsStack
from infra.stacks.serving import ServingStack
from infra.stacks.training import TrainingStack
from infra.stages import Stage, read_stage, refuse_unknown_functions
from infra.tree import ROOT


def build(app: cdk.App, stage: Stage, families: tuple[Family, ...]) -> None:
    """Add the stacks of a stage to an app, and the rules that each synth holds them to."""
    artifacts = ArtifactsStack(app, stack(stage.name, "artifacts"))
    bucket = artifacts.bucket
    serving = ServingStack(app, stack(stage.name, "serving"), stage=stage, families=families, bucket=bucket)
    training = TrainingStack(app, stack(stage.name, "training"), stage=stage, bucket=bucket)
    for key, value in {**stage.tags, STAGE_TAG: stage.name}.items():
        cdk.Tags.of(app).add(key, value)
    acknowledge(artifacts, serving, training)
    cdk.Validations.of(app).add_plugins(AwsSolutionsChecks(app), ServerlessChecks(app))


def main() -> None:
    """Read the context and write the cloud assembly."""
    app = cdk.App()
    if app.node.try_get_context("credentials") == "cli":  # the caller's own, not those of the bootstrap's roles
        app = cdk.App(default_stack_synthesizer=cdk.CliCredentialsStackSynthesizer())
    try:
        stage = read_stage(app.node.try_get_context("stage"), app.node.try_get_context("stages"))
        families = read_families(ROOT / "functions")
        refuse_unknown_functions(stage, [*(family.name for family in families), CATALOGUE, AUTHORIZER])
    except ValueError as error:
        sys.exit(f"error: {error}")
    build(app, stage, families)
    app.synth()


if __name__ == "__main__":
    main()
