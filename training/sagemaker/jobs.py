"""Makes, describes and stops jobs."""

from collections.abc import Mapping
from typing import Any, ClassVar

from training.deployed.aws import asking, client
from training.jobs.state import End, State

ENDS: Mapping[str, End] = {"Completed": "well", "Failed": "badly", "Stopped": "stopped"}


class Jobs:
    """The training jobs of an account."""

    service: ClassVar[str] = "SageMaker"
    stopped: ClassVar[str] = "the same warmstart train goes on from its checkpoints"

    def __init__(self, sagemaker: Any = None) -> None:
        self._sagemaker = sagemaker or client("sagemaker")

    def create(self, request: Mapping[str, Any]) -> None:
        """Make a job; StageError where SageMaker does not take it."""
        with asking(f"create the training job {request['TrainingJobName']}"):
            self._sagemaker.create_training_job(**request)

    def state(self, name: str) -> State:
        """Describe a job; StageError where there is none of this name."""
        with asking(f"describe the training job {name}"):
            return _state(name, self._sagemaker.describe_training_job(TrainingJobName=name))

    def stop(self, name: str) -> None:
        """Ask a job to stop: SIGTERM, and after two minutes SIGKILL."""
        with asking(f"stop the training job {name}"):
            self._sagemaker.stop_training_job(TrainingJobName=name)

    def streams(self, name: str) -> str:
        """Return what the names of its log streams begin with."""
        return f"{name}/"


def _state(name: str, described: Mapping[str, Any]) -> State:
    """Read what `describe_training_job` answers."""
    steps = described.get("SecondaryStatusTransitions", ())
    return State(
        steps=tuple((step["Status"], step.get("StatusMessage", "")) for step in steps),
        failure=described.get("FailureReason"),
        started=int(described["CreationTime"].timestamp() * 1000),
        end=ENDS.get(described["TrainingJobStatus"]),
        outcome=name,
    )
