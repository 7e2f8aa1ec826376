"""Plays EMR Serverless's part that moto has not: a job's log, and what its driver leaves in the store."""

from tests.training.deployed.stages import DeployedStage, aws_client, write_log
from training.emr.order import ListsOrder, TrainOrder, read_order
from training.jobs.results import put_lists, put_outcome
from training.outcome import Outcome

LISTS = {
    "model": "als_offline",
    "version": "20261130T000000Z-0a1b2c3",
    "of": "20261129T000000Z-0a1b2c3",
    "k": 10,
    "users": 9,
    "by_fallback": 2,
    "seconds": 3.0,
    "users_per_second": 3,
    "file": None,
    "state": "published",
    "refusal": None,
}
CATALOGUE = {"version": None, "state": "there already", "failure": None}
TRAINED = {"model": "als", "version": "20261130T000000Z-0a1b2c3", "metrics": {"map@10": 0.1}}


def ordered(stage: DeployedStage, name: str) -> TrainOrder | ListsOrder:
    """Return what a job was told to do."""
    run = aws_client("emr-serverless").get_job_run(applicationId=stage.application, jobRunId=name)["jobRun"]
    return read_order(run["jobDriver"]["sparkSubmit"]["entryPointArguments"])


def leave(stage: DeployedStage, name: str, refusal: str | None = None) -> None:
    """Leave what a driver leaves that has done what its order says."""
    order, store = ordered(stage, name), stage.open()
    state = {"state": "refused" if refusal else "published", "refusal": refusal}
    if isinstance(order, ListsOrder):
        put_lists(store, order.job, {**LISTS, **state})
        return
    put_outcome(store, order.job, Outcome([{**TRAINED, **state, "failure": None}], CATALOGUE))


def log(stage: DeployedStage, name: str, *lines: str) -> None:
    """Write what a job's driver has said, as EMR Serverless does."""
    run = aws_client("emr-serverless").get_job_run(applicationId=stage.application, jobRunId=name)["jobRun"]
    stream = f"applications/{stage.application}/jobs/{name}/SPARK_DRIVER/stdout"
    write_log(stage.group("spark"), stream, run["createdAt"], *lines)
