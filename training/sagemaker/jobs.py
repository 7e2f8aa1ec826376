"""Makes, describes and stops jobs."""

from collections.abc import Mapping
from typing import Any, NamedTuple, Self

from training.deployed.aws import asking, client

ENDED = ("Completed", "Failed", "Stopped")


class State(NamedTuple):
    """How far a job is."""

    status: str
    steps: tuple[tuple[str, str], ...]  # each step that it has come to, and what SageMaker says of it
    failure: str | None
    started: int  # milliseconds since 1970

    @property
    def ended(self) -> bool:
        """Tell whether nothing more comes."""
        return self.status in ENDED

    @classmethod
    def of(cls, described: Mapping[str, Any]) -> Self:
        """Read what `describe_training_job` answers."""
        steps = described.get("SecondaryStatusTransitions", ())
        return cls(
            described["TrainingJobStatus"],
            tuple((step["Status"], step.get("StatusMessage", "")) for step in steps),
            described.get("FailureReason"),
            int(described["CreationTime"].timestamp() * 1000),
        )


class Jobs:
    """The jobs of an account."""

    def __init__(self, sagemaker: Any = None) -> None:
        self._sagemaker = sagemaker or client("sagemaker")

    def create(self, request: Mapping[str, Any]) -> None:
        """Make a job; StageError where SageMaker does not take it."""
        with asking(f"create the training job {request['TrainingJobName']}"):
            self._sagemaker.create_training_job(**request)

    def state(self, name: str) -> State:
        """Describe a job; StageError where there is none of this name."""
        with asking(f"describe the training job {name}"):
            return State.of(self._sagemaker.describe_training_job(TrainingJobName=name))

    def stop(self, name: str) -> None:
        """Ask a job to stop: SIGTERM, and after two minutes SIGKILL."""
        with asking(f"stop the training job {name}"):
            self._sagemaker.stop_training_job(TrainingJobName=name)
