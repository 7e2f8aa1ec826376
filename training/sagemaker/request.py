"""The request that makes a job, out of what a stage's stack says and what is to be trained."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from infra import outputs
from training.deployed.stage import Stack
from training.jobs.inputs import DATA, RECIPE, Inputs
from training.jobs.order import Order
from training.jobs.results import CHECKPOINTS, JOBS

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")  # as here, so there


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a stage's jobs run."""

    stage: str
    image: str
    role: str
    instance: str
    spot: bool
    hours: int  # that a job may run
    disk_gb: int
    log_group: str

    @classmethod
    def of(cls, stack: Stack) -> Self:
        """Read a stage's training stack; StageError where it was deployed without an image."""
        return cls(
            stage=stack.stage,
            image=stack.output(outputs.TRAINING_IMAGE),
            role=stack.output(outputs.ROLE_ARN),
            instance=stack.output(outputs.TRAINING_INSTANCE),
            spot=stack.output(outputs.TRAINING_SPOT) == "true",
            hours=int(stack.output(outputs.TRAINING_HOURS)),
            disk_gb=int(stack.output(outputs.TRAINING_DISK_GB)),
            log_group=stack.output(outputs.LOG_GROUP),
        )


def request(name: str, place: Place, order: Order, inputs: Inputs, environment: Mapping[str, str]) -> dict[str, Any]:
    """Return the arguments of `create_training_job`.

    Args:
        name: of the job.
        place: where it runs.
        order: what it does.
        inputs: what it reads.
        environment: of this process, whose numbers of threads the job's are.
    """
    store, seconds = order.store.rstrip("/"), place.hours * 3600
    waiting = {"MaxWaitTimeInSeconds": 2 * seconds} if place.spot else {}
    return {
        "TrainingJobName": name,
        "AlgorithmSpecification": {"TrainingImage": place.image, "TrainingInputMode": "File"},
        "RoleArn": place.role,
        "HyperParameters": order.to_texts(),
        "InputDataConfig": [_channel(part, f"{store}/{inputs.part(part)}") for part in (RECIPE, DATA)],
        "OutputDataConfig": {"S3OutputPath": f"{store}/{JOBS}"},
        "ResourceConfig": {
            "InstanceType": place.instance,
            "InstanceCount": 1,
            "VolumeSizeInGB": place.disk_gb,
        },
        "StoppingCondition": {"MaxRuntimeInSeconds": seconds, **waiting},
        "EnableManagedSpotTraining": place.spot,
        "CheckpointConfig": {"S3Uri": f"{store}/{CHECKPOINTS}/{_same_work(place, order, inputs)}"},
        "Environment": {variable: environment[variable] for variable in THREADS if environment.get(variable)},
        "Tags": [{"Key": outputs.STAGE_TAG, "Value": place.stage}],
    }


def _channel(name: str, url: str) -> dict[str, Any]:
    source = {"S3DataType": "S3Prefix", "S3Uri": url, "S3DataDistributionType": "FullyReplicated"}
    return {"ChannelName": name, "DataSource": {"S3DataSource": source}}


def _same_work(place: Place, order: Order, inputs: Inputs) -> str:
    """Name what is to be done: a job with the same code, data and options goes on where another was stopped."""
    said = "\n".join((place.image, inputs.digest, *(f"{key}={text}" for key, text in sorted(order.to_texts().items()))))
    return hashlib.sha256(said.encode()).hexdigest()[:32]
