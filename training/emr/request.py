"""The request that starts a Spark job, out of what a stage's stack says and what is to be done."""

from dataclasses import dataclass
from typing import Any, Self

from infra import outputs
from infra.spark import DRIVER, EXECUTOR, OVERHEAD, executors
from training.deployed.stage import Stack
from training.emr.order import ListsOrder, TrainOrder
from training.jobs.results import CHECKPOINTS

ENTRY = "local:///opt/warmstart/training/spark/__main__.py"  # in the image


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a stage's Spark jobs run."""

    stage: str
    application: str
    role: str
    log_group: str
    max_vcpu: int
    hours: int  # that a job may run
    disk_gb: int  # of each worker

    @classmethod
    def of(cls, stack: Stack) -> Self:
        """Read a stage's training stack; StageError where it was deployed without Spark."""
        return cls(
            stage=stack.stage,
            application=stack.output(outputs.SPARK_APPLICATION),
            role=stack.output(outputs.SPARK_ROLE_ARN),
            log_group=stack.output(outputs.SPARK_LOG_GROUP),
            max_vcpu=int(stack.output(outputs.SPARK_MAX_VCPU)),
            hours=int(stack.output(outputs.SPARK_HOURS)),
            disk_gb=int(stack.output(outputs.SPARK_DISK_GB)),
        )


def request(place: Place, order: TrainOrder | ListsOrder) -> dict[str, Any]:
    """Return the arguments of `start_job_run`."""
    settings = " ".join(f"--conf {key}={value}" for key, value in _settings(place, order).items())
    return {
        "applicationId": place.application,
        "name": order.job,
        "clientToken": order.job,  # sent twice, it starts one job
        "executionRoleArn": place.role,
        "jobDriver": {
            "sparkSubmit": {
                "entryPoint": ENTRY,
                "entryPointArguments": [order.to_argument()],
                "sparkSubmitParameters": settings,
            }
        },
        "configurationOverrides": {"monitoringConfiguration": {"cloudWatchLoggingConfiguration": _log(place)}},
        "executionTimeoutMinutes": place.hours * 60,
        "tags": {outputs.STAGE_TAG: place.stage},
    }


def _settings(place: Place, order: TrainOrder | ListsOrder) -> dict[str, str]:
    """Return Spark's own: a job takes all that the application may have, and gives back what it does not use."""
    return {
        "spark.driver.cores": str(DRIVER.vcpu),
        "spark.driver.memory": f"{DRIVER.java_gb}g",
        "spark.executor.cores": str(EXECUTOR.vcpu),
        "spark.executor.memory": f"{EXECUTOR.java_gb}g",
        "spark.emr-serverless.memoryOverheadFactor": str(OVERHEAD),
        "spark.emr-serverless.driver.disk": f"{place.disk_gb}g",
        "spark.emr-serverless.executor.disk": f"{place.disk_gb}g",
        "spark.dynamicAllocation.maxExecutors": str(executors(place.max_vcpu)),
        "spark.checkpoint.dir": f"{order.store.rstrip('/')}/{CHECKPOINTS}/{order.job}",
        "spark.cleaner.referenceTracking.cleanCheckpoints": "true",
    }


def _log(place: Place) -> dict[str, Any]:
    return {
        "enabled": True,
        "logGroupName": place.log_group,
        "logTypes": {"SPARK_DRIVER": ["STDOUT", "STDERR"], "SPARK_EXECUTOR": ["STDERR"]},
    }
