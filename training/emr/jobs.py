"""Starts, describes and cancels the runs of an application."""

from collections.abc import Mapping
from typing import Any, ClassVar

from training.deployed.aws import asking, client
from training.jobs.state import End, State

ENDS: Mapping[str, End] = {"SUCCESS": "well", "FAILED": "badly", "CANCELLED": "stopped"}
OURS = "SPARK_DRIVER/stdout"  # of the streams of a job's log: the others have what Spark says


class Jobs:
    """The runs of a stage's application."""

    service: ClassVar[str] = "EMR Serverless"
    stopped: ClassVar[str] = "what it has published is whole, and the same command begins anew"

    def __init__(self, application: str, emr: Any = None) -> None:
        self._application = application
        self._emr = emr or client("emr-serverless")
        self._steps: dict[str, list[tuple[str, str]]] = {}  # run -> those that it was seen in

    def start(self, request: Mapping[str, Any]) -> str:
        """Start a run and return its id; StageError where EMR Serverless does not take it."""
        with asking(f"start the job {request['name']}"):
            return str(self._emr.start_job_run(**request)["jobRunId"])

    def state(self, name: str) -> State:
        """Describe a run; StageError where there is none of this id."""
        with asking(f"describe the job {name}"):
            run = self._emr.get_job_run(applicationId=self._application, jobRunId=name)["jobRun"]
        steps, details = self._steps.setdefault(name, []), run.get("stateDetails") or ""
        if not steps or steps[-1][0] != run["state"]:
            steps.append((run["state"], details))
        return State(
            steps=tuple(steps),
            failure=details or None,
            started=int(run["createdAt"].timestamp() * 1000),
            end=ENDS.get(run["state"]),
            outcome=run.get("name") or name,
        )

    def stop(self, name: str) -> None:
        """Cancel a run; its driver is killed."""
        with asking(f"cancel the job {name}"):
            self._emr.cancel_job_run(applicationId=self._application, jobRunId=name)

    def streams(self, name: str) -> str:
        """Return the name of the log stream with what the driver says."""
        return f"applications/{self._application}/jobs/{name}/{OURS}"
