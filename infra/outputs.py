"""What the stacks of a stage are called and what they say when deployed: infra writes it, who asks a stage reads it."""

import re
from typing import Literal, get_args

from infra.stages import NAME

Part = Literal["artifacts", "serving", "training"]
STAGE_TAG = "warmstart:stage"  # on all that a stage is made of
STORE_URL = "StoreUrl"
API_URL = "ApiUrl"
DOMAIN_TARGET = "DomainTarget"
ROLE_ARN = "RoleArn"
TRAINING_IMAGE = "TrainingImage"
TRAINING_INSTANCE = "TrainingInstance"
TRAINING_SPOT = "TrainingSpot"
TRAINING_HOURS = "TrainingHours"
TRAINING_DISK_GB = "TrainingDiskGb"
SPARK_APPLICATION = "SparkApplication"
SPARK_ROLE_ARN = "SparkRoleArn"
SPARK_LOG_GROUP = "SparkLogGroup"
SPARK_MAX_VCPU = "SparkMaxVcpu"
SPARK_HOURS = "SparkHours"
SPARK_DISK_GB = "SparkDiskGb"
RETRAINING = "RetrainingMachine"
LOG_GROUP = "LogGroup"  # training's; in serving a function's name follows
SWITCHED_ON = {TRAINING_IMAGE: '"training_image": "plain"', SPARK_APPLICATION: '"spark": true'}  # in cdk.json
STACK = re.compile(rf"warmstart-({NAME.pattern})-({'|'.join(get_args(Part))})")


def stack(stage: str, part: Part) -> str:
    """The name of one of a stage's stacks."""
    return f"warmstart-{stage}-{part}"


def stage_and_part(name: str) -> tuple[str, str] | None:
    """Whose stack this is and which of them; None if it is another's."""
    found = STACK.fullmatch(name)
    return (found[1], found[2]) if found else None


def jobs_of(stage: str) -> str:
    """What the names of a stage's training jobs begin with; no other stage's do."""
    return f"warmstart-{stage}-"


def plan(name: str) -> str:
    """The output with a usage plan's id."""
    return f"Plan{title(name)}"


def log_group(function: str) -> str:
    """The output with the name of a function's log group."""
    return f"{LOG_GROUP}{title(function)}"


def function_of(output: str) -> str | None:
    """Whose log group this output names; None if it is another one."""
    found = re.fullmatch(rf"{LOG_GROUP}(\w+)", output)
    return re.sub(r"(?<!^)(?=[A-Z])", "_", found[1]).lower() if found else None


def title(name: str) -> str:
    """A name as CloudFormation takes it, without dashes and underscores."""
    return name.title().replace("_", "").replace("-", "")
