"""A deployed stage, as its CloudFormation stacks describe it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from infra.outputs import SWITCHED_ON, Part, stack, stage_and_part
from infra.stages import NAME
from training.deployed.aws import StageError, asking, client, code_of
from warmstart.errors import SettingsError, WarmstartError

BEING_MADE = ("CREATE_IN_PROGRESS", "REVIEW_IN_PROGRESS")
NEVER_MADE = ("CREATE_FAILED", "ROLLBACK_IN_PROGRESS", "ROLLBACK_FAILED", "ROLLBACK_COMPLETE")
BEING_DELETED = ("DELETE_IN_PROGRESS", "DELETE_FAILED")


@dataclass(frozen=True)
class Stack:
    """One of a stage's stacks, with outputs that can be used."""

    stage: str
    name: str
    status: str
    outputs: Mapping[str, str]

    def output(self, key: str) -> str:
        """Return an output; raise StageError where the stack has none of this name."""
        if key not in self.outputs:
            todo = f"{_deploy(self.stage)} brings it up to date"
            if key in SWITCHED_ON:
                todo = f"give it {SWITCHED_ON[key]} in cdk.json, then {_deploy(self.stage)}"
            raise StageError(f"{self.name} has no output {key}: {todo}")
        return self.outputs[key]

    @property
    def remark(self) -> str | None:
        """Say what is unusual and stops nobody: an update that is under way or has failed leaves the outputs."""
        if self.status.endswith("_COMPLETE"):
            return None
        return f"{self.name} is {self.status}: going on with the outputs that it has"


def read_stack(stage: str, part: Part) -> Stack:
    """Read one of a stage's stacks.

    Raises:
        SettingsError: no stage's name, no credentials or no region.
        StageError: no such stack, one without usable outputs, or AWS refuses.
    """
    if not NAME.fullmatch(stage):
        raise SettingsError("a stage's name is 1 to 16 small letters and digits, a letter first")
    cloudformation, name = client("cloudformation"), stack(stage, part)
    found = _described(cloudformation, name)
    if found is None:
        raise _missing(cloudformation, stage, name, part)
    if advice := _advice(found["StackStatus"], stage):
        raise StageError(f"{name} is {found['StackStatus']}: {advice}")
    outputs = {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", ())}
    return Stack(stage, name, found["StackStatus"], outputs)


def _described(cloudformation: Any, name: str) -> dict[str, Any] | None:
    with asking(f"read the stack {name}"):
        try:
            found: dict[str, Any] = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
        except ClientError as error:
            if code_of(error) == "ValidationError" and "does not exist" in str(error):
                return None
            raise
    return found


def _advice(status: str, stage: str) -> str | None:
    """Return what to do about a stack without usable outputs."""
    if status in BEING_MADE:
        return "wait until its first deploy has ended"
    if status in NEVER_MADE:
        return f"its first deploy failed: delete the stack, then {_deploy(stage)}"
    if status in BEING_DELETED:
        return "somebody deletes it; --store s3://BUCKET still reaches its artifacts, if the bucket is there"
    return None


def _missing(cloudformation: Any, stage: str, name: str, part: Part) -> StageError:
    """Say where the stack was looked for and what is there in its place, as far as that may be seen."""
    where = f"in {cloudformation.meta.region_name}{_account()}"
    try:
        there = _stacks(cloudformation)
    except WarmstartError:
        return StageError(f"no stage {stage!r} is deployed {where}: {_deploy(stage)}")
    parts = sorted(other for owner, other in there if owner == stage)
    if parts:
        return StageError(f"stage {stage!r} has no {name} {where}, only {', '.join(parts)}: {_deploy(stage)} makes it")
    others = sorted(owner for owner, other in there if other == part)
    deployed = f"deployed here: {', '.join(others)}" if others else "none is deployed here; is AWS_REGION right?"
    return StageError(f"no stage {stage!r} is deployed {where}: {_deploy(stage)}; {deployed}")


def _stacks(cloudformation: Any) -> list[tuple[str, str]]:
    """Return the stage and the part of each stack that is one of ours."""
    with asking("list stacks"):
        pages = cloudformation.get_paginator("describe_stacks").paginate()
        names = [found["StackName"] for page in pages for found in page["Stacks"]]
    return [found for name in names if (found := stage_and_part(name))]


def _account() -> str:
    try:
        with asking("tell the account"):
            return f" of account {client('sts').get_caller_identity()['Account']}"
    except WarmstartError:
        return ""


def _deploy(stage: str) -> str:
    return f"make deploy STAGE={stage}"
