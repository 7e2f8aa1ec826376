"""`train` and `batch --on spark --stage` and `warmstart job`: a Spark job is started, followed, and told of."""

import itertools
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.layers.artifacts import promote_new
from tests.training.datasets import board_file
from tests.training.deployed.conftest import Deploy
from tests.training.deployed.stages import DeployedStage, aws_client
from tests.training.emr import played
from training.cli.main import main
from training.emr.jobs import Jobs
from training.emr.order import ListsOrder, TrainOrder
from training.jobs.following import follow
from training.jobs.results import put_failure

REFUSAL = "als is not promoted: a reason"


@pytest.fixture
def stage(deploy: Deploy, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> DeployedStage:
    """Return a stage with Spark and a model in its store; nothing waits for new lines."""
    monkeypatch.setattr("training.deployed.function_logs.PAUSE_SECONDS", 0)
    stage = deploy("artifacts", "training")
    promote_new(stage.open(), tmp_path / "als")
    return stage


class Played:
    """Lets each job do its work at once when it is started."""

    def __init__(self) -> None:
        self.refusal: str | None = None  # of the gate
        self.names: list[str] = []


@pytest.fixture
def jobs_made(stage: DeployedStage, monkeypatch: pytest.MonkeyPatch) -> Played:
    """Return what jobs there were."""
    made, start = Played(), Jobs.start

    def started(jobs: Jobs, request: Any) -> str:
        name = start(jobs, request)
        made.names.append(name)
        played.leave(stage, name, made.refusal)
        played.log(stage, name, "reading the table", "fitting \x1b[31mred")
        return name

    monkeypatch.setattr(Jobs, "start", started)
    return made


def run(*arguments: str) -> Result:
    """Run the command."""
    return CliRunner().invoke(main, arguments)


def batch(stage: DeployedStage, *options: str) -> Result:
    """Order lists."""
    return run("batch", "als", "--on", "spark", "--stage", stage.name, *options)


def train(stage: DeployedStage, recipe: Path, *options: str) -> Result:
    """Order a training of a recipe, which has a model that Spark fits."""
    recipe.write_text(recipe.read_text().replace("[models.random]", "[models.popular]"))
    return run("train", "--on", "spark", "--recipe", str(recipe), "--stage", stage.name, *options)


def runs(stage: DeployedStage) -> list[dict[str, Any]]:
    """Return the jobs of a stage's application."""
    emr = aws_client("emr-serverless")
    try:
        found: list[dict[str, Any]] = emr.list_job_runs(applicationId=stage.application)["jobRuns"]
    except emr.exceptions.ResourceNotFoundException:  # as moto says it of an application without jobs
        return []
    return found


def test_lists_are_ordered_and_told_of(stage: DeployedStage, jobs_made: Played) -> None:
    """The job is told whose lists and how long, and what it says is followed."""
    done = batch(stage, "-k", "10", "--promote", "--json")
    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout) == played.LISTS
    (name,) = jobs_made.names
    order = played.ordered(stage, name)
    assert isinstance(order, ListsOrder)
    assert order.store == f"s3://{stage.bucket}"
    assert (order.lists.model, order.lists.k, order.lists.promote) == ("als", 10, True)
    for line in (f"{name} on Spark, of 64 vCPU at most", "SUCCESS", "reading the table", "fitting  [31mred"):
        assert line in done.stderr


def test_a_training_is_ordered_and_told_of(stage: DeployedStage, jobs_made: Played, tmp_path: Path) -> None:
    """The recipe and its tables are in the store, and the interactions' address is that of their copy."""
    recipe = board_file(tmp_path)
    done = train(stage, recipe, "--models", "popular", "--json")
    assert done.exit_code == 0, done.stderr
    assert [made["state"] for made in json.loads(done.stdout)["trained"]] == ["published"]
    order = played.ordered(stage, jobs_made.names[0])
    assert isinstance(order, TrainOrder)
    assert order.models.models == "popular"
    keys = stage.open().keys("training/inputs/")
    assert keys == [f"{order.inputs}/data/interactions.csv", f"{order.inputs}/recipe/recipe.toml"]
    assert order.interactions == f"s3://{stage.bucket}/{keys[0]}"


def test_interactions_are_read_where_they_lie(stage: DeployedStage, jobs_made: Played, tmp_path: Path) -> None:
    """The job has their address, and they are not copied."""
    done = train(stage, board_file(tmp_path), "--interactions", "s3://lake/orders/")
    assert done.exit_code == 0, done.stderr
    order = played.ordered(stage, jobs_made.names[0])
    assert isinstance(order, TrainOrder)
    assert order.interactions == "s3://lake/orders/"
    assert stage.open().keys("training/inputs/") == [f"{order.inputs}/recipe/recipe.toml"]


def test_a_model_that_spark_does_not_fit_starts_no_job(stage: DeployedStage, tmp_path: Path) -> None:
    """What can be known here is not left to a job."""
    done = train(stage, board_file(tmp_path, "[models.ease]\n"))
    assert done.exit_code == 1
    assert "Spark fits als" in done.stderr
    assert stage.open().keys("training/") == []


@pytest.mark.parametrize("what", ["lists", "models"])
def test_what_the_gate_refused_ends_with_three(
    what: str, stage: DeployedStage, jobs_made: Played, tmp_path: Path
) -> None:
    """As on this machine."""
    jobs_made.refusal = REFUSAL
    done = batch(stage) if what == "lists" else train(stage, board_file(tmp_path))
    assert (done.exit_code, REFUSAL in done.stdout) == (3, True)


def test_a_job_is_followed_again(stage: DeployedStage, jobs_made: Played) -> None:
    """By its id alone, with the same end."""
    first = batch(stage, "--json")
    again = run("job", jobs_made.names[0], "--stage", stage.name, "--json")
    assert (again.exit_code, again.stdout) == (0, first.stdout)
    assert "reading the table" in again.stderr


@pytest.mark.parametrize(
    ("command", "options", "why"),
    [
        (batch, ("--to", "lists"), "a job may write under s3://{bucket}/training/ alone, and lists is not there"),
        (batch, ("--to", "s3://other/lists"), "and s3://other/lists is not there"),
        (batch, ("--to", "s3://{bucket}/training/../models/als"), "training/../models/als is not there"),
        (batch, ("--workers", "2"), "Spark says how many work"),
        (train, ("--interactions", "lake/orders"), "a job reads s3://BUCKET/..., and lake/orders is on this machine"),
        (train, ("--checkpoints", "kept"), "no network is trained on Spark"),
    ],
)
def test_options_that_mean_nothing_there_are_refused(
    command: Any, options: tuple[str, ...], why: str, stage: DeployedStage, tmp_path: Path
) -> None:
    """Before anything is put anywhere or started."""
    told = [option.format(bucket=stage.bucket) for option in options]
    done = train(stage, board_file(tmp_path), *told) if command is train else batch(stage, *told)
    assert done.exit_code == 2
    assert why.format(bucket=stage.bucket) in done.stderr
    assert stage.open().keys("training/") == []
    assert runs(stage) == []


def test_lists_of_a_model_that_is_not_there_are_not_ordered(stage: DeployedStage) -> None:
    """That is said before a job is made."""
    done = run("batch", "nobody", "--on", "spark", "--stage", stage.name)
    assert done.exit_code == 1
    assert "nobody has no served version" in done.stderr
    assert not runs(stage)


def test_a_stage_without_spark_says_so(deploy: Deploy) -> None:
    """And what brings it up to date."""
    stage = deploy("artifacts")
    stage.deploy("training", without="SparkApplication")
    done = batch(stage)
    assert done.exit_code == 1
    assert (
        f'has no output SparkApplication: give it "spark": true in cdk.json, then make deploy STAGE={stage.name}'
        in done.stderr
    )


def test_there_is_no_such_job(stage: DeployedStage) -> None:
    """One line says so."""
    done = run("job", "00fabc", "--stage", stage.name)
    assert done.exit_code == 1
    assert "error: cannot describe the job 00fabc" in done.stderr


class Scripted:
    """An EMR Serverless that describes a job as a test says, answer after answer, the last one for ever."""

    def __init__(self, *answers: dict[str, Any] | BaseException) -> None:
        self._answers = itertools.chain(answers, itertools.repeat(answers[-1]))
        self.cancelled: list[str] = []

    def get_job_run(self, **_: str) -> dict[str, Any]:
        """Give the next answer."""
        answer = next(self._answers)
        if isinstance(answer, BaseException):
            raise answer
        return {"jobRun": {"createdAt": datetime(2026, 11, 30, tzinfo=UTC), "name": "named", **answer}}

    def cancel_job_run(self, **named: str) -> None:
        """Note it."""
        self.cancelled.append(named["jobRunId"])


def state(name: str, details: str = "") -> dict[str, Any]:
    """Return a description."""
    return {"state": name, "stateDetails": details}


def test_only_what_the_driver_says_is_followed() -> None:
    """Not what Spark says beside it, nor another job: the stream has the name that EMR Serverless gives it."""
    assert Jobs("00a", Scripted({})).streams("00f") == "applications/00a/jobs/00f/SPARK_DRIVER/stdout"


def test_each_state_is_said_once(stage: DeployedStage) -> None:
    """With what EMR Serverless says of it, from the queue to the end."""
    states = ["SUBMITTED", "QUEUED", "SCHEDULED", "SCHEDULED", "RUNNING", "RUNNING", "SUCCESS"]
    told: list[str] = []
    emr = Scripted(*(state(name, "Job queued" if name == "QUEUED" else "") for name in states))
    last = follow("00f", Jobs("00a", emr), "/no/group", told.append)
    assert (last.end, last.outcome) == ("well", "named")
    assert told == ["SUBMITTED", "QUEUED: Job queued", "SCHEDULED", "RUNNING", "SUCCESS"]


@pytest.mark.parametrize(
    ("described", "why"),
    [
        (state("FAILED", "Worker is too large"), "00f failed: Worker is too large"),
        (state("FAILED"), "00f failed: EMR Serverless does not say why"),
        (state("CANCELLED"), "00f was stopped: what it has published is whole, and the same command begins anew"),
        (state("SUCCESS"), "00f has ended and left no outcome in s3://"),
    ],
)
def test_a_job_that_leaves_nothing_is_an_error(
    described: dict[str, Any], why: str, stage: DeployedStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With what EMR Serverless says of it."""
    done = _followed(Scripted(described), stage, monkeypatch)
    assert done.exit_code == 1
    assert f"error: {why}" in done.stderr


def test_what_the_driver_says_of_its_failure_comes_first(stage: DeployedStage, monkeypatch: pytest.MonkeyPatch) -> None:
    """EMR Serverless knows its exit code and the end of its log."""
    put_failure(stage.open(), "named", "orders.csv, line 2:\nno column user_id")
    done = _followed(Scripted(state("FAILED", "ExitCode: 1")), stage, monkeypatch)
    assert "error: 00f failed: orders.csv, line 2: no column user_id" in done.stderr


@pytest.mark.parametrize(
    ("answer", "cancelled", "said"),
    [
        ("", [], "it goes on; to follow it again: warmstart job 00f --stage {stage}"),
        ("n\n", ["00f"], "it is being stopped; what it has published is whole"),
    ],
    ids=["silence", "no"],
)
def test_ctrl_c_asks_whether_it_goes_on(
    answer: str, cancelled: list[str], said: str, stage: DeployedStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever says nothing leaves it; the exit code is Ctrl-C's."""
    emr = Scripted(state("RUNNING"), KeyboardInterrupt())
    done = _followed(emr, stage, monkeypatch, answer)
    assert (done.exit_code, emr.cancelled) == (130, cancelled)
    assert said.format(stage=stage.name) in done.stderr


def _followed(emr: Scripted, stage: DeployedStage, monkeypatch: pytest.MonkeyPatch, answer: str = "") -> Result:
    """Follow a job of an EMR Serverless."""
    monkeypatch.setattr("training.emr.jobs.client", lambda _: emr)
    return CliRunner().invoke(main, ["job", "00f", "--stage", stage.name], input=answer)
