"""`warmstart train --on sagemaker` and `warmstart job`: a job is made, followed, and told of at its end."""

import itertools
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.training.datasets import board_file
from tests.training.deployed.conftest import Deploy
from tests.training.deployed.stages import DeployedStage, aws_client
from tests.training.sagemaker.played import log, play
from training.cli.main import main
from training.jobs.following import follow
from training.sagemaker.jobs import Jobs
from warmstart.registry import read_alias, read_manifest


@pytest.fixture
def stage(deploy: Deploy, monkeypatch: pytest.MonkeyPatch) -> DeployedStage:
    """Return a stage with a store and a place for jobs; nothing waits for new lines."""
    monkeypatch.setattr("training.deployed.function_logs.PAUSE_SECONDS", 0)
    return deploy("artifacts", "training")


@pytest.fixture
def jobs_made(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """Run each job at once when it is made; return their names."""
    made, create = list[str](), Jobs.create

    def created(jobs: Jobs, request: Any) -> None:
        create(jobs, request)
        made.append(request["TrainingJobName"])
        play(made[-1], tmp_path / made[-1])
        log(made[-1], "reading the table", "fitting \x1b[31mred")

    monkeypatch.setattr(Jobs, "create", created)
    return made


def run(*arguments: str) -> Result:
    """Run the command."""
    return CliRunner().invoke(main, arguments)


def train(stage: DeployedStage, recipe: Path, *options: str) -> Result:
    """Order a training of a recipe."""
    return run("train", "--on", "sagemaker", "--recipe", str(recipe), "--stage", stage.name, "--json", *options)


def test_a_job_is_made_and_followed_to_its_end(stage: DeployedStage, jobs_made: list[str], tmp_path: Path) -> None:
    """The versions are in the stage's store, name their job, and are told of as after a training here."""
    done = train(stage, board_file(tmp_path))
    assert done.exit_code == 0, done.stderr
    (name,) = jobs_made
    assert name.startswith(f"warmstart-{stage.name}-board-")
    (made,) = json.loads(done.stdout)["trained"]
    assert (made["model"], made["state"]) == ("random", "published")
    manifest, _ = read_manifest(stage.open(), "random", made["version"])
    assert manifest.trained_on["job"] == name
    assert manifest.trained_on["arn"].endswith(f":training-job/{name}")
    assert read_alias(stage.open(), "random") is None
    for line in (f"{name} on ml.m5.xlarge of spot", "Starting: Preparing", "reading the table", "fitting  [31mred"):
        assert line in done.stderr


def test_promotion_is_ordered(stage: DeployedStage, jobs_made: list[str], tmp_path: Path) -> None:
    """What the job was told to serve is served."""
    done = train(stage, board_file(tmp_path), "--promote", "--models", "random")
    assert [made["state"] for made in json.loads(done.stdout)["trained"]] == ["served"]
    alias = read_alias(stage.open(), "random")
    assert alias is not None
    (name,) = jobs_made
    asked = aws_client("sagemaker").describe_training_job(TrainingJobName=name)["HyperParameters"]
    assert (asked["promote"], asked["models"]) == ("true", "random")


def test_a_job_is_followed_again(stage: DeployedStage, jobs_made: list[str], tmp_path: Path) -> None:
    """By its name alone, with the same end."""
    first = train(stage, board_file(tmp_path))
    again = run("job", jobs_made[0], "--stage", stage.name, "--json")
    assert (again.exit_code, json.loads(again.stdout)) == (0, json.loads(first.stdout))
    assert "reading the table" in again.stderr


def test_what_the_gate_refused_ends_with_three(
    stage: DeployedStage, jobs_made: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a training here."""
    monkeypatch.setattr("training.train_recipe.promote_if_passed", lambda *_, **__: "random is not promoted: a reason")
    done = train(stage, board_file(tmp_path), "--promote")
    assert (done.exit_code, json.loads(done.stdout)["trained"][0]["state"]) == (3, "refused")


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--store", "store"), "--on sagemaker trains for a deployed stage: say --stage NAME"),
        (("--stage", "{stage}", "--checkpoints", "kept"), "a job keeps them in the stage's store"),
    ],
)
def test_options_that_mean_nothing_there_are_refused(
    stage: DeployedStage, options: tuple[str, ...], why: str, tmp_path: Path
) -> None:
    """Before anything is put anywhere."""
    named = [option.format(stage=stage.name) for option in options]
    done = run("train", "--on", "sagemaker", "--recipe", str(board_file(tmp_path)), *named)
    assert done.exit_code == 2
    assert why in done.stderr
    assert stage.open().keys("training/") == []


def test_a_model_that_the_recipe_has_not_makes_no_job(stage: DeployedStage, tmp_path: Path) -> None:
    """What can be known here is not left to a job."""
    done = train(stage, board_file(tmp_path), "--models", "als")
    assert done.exit_code == 1
    assert "has no model als" in done.stderr
    assert stage.open().keys("training/") == []


def test_a_stage_without_an_image_says_so(deploy: Deploy, tmp_path: Path) -> None:
    """And what brings it up to date."""
    stage = deploy("artifacts")
    stage.deploy("training", without="TrainingImage")
    done = train(stage, board_file(tmp_path))
    assert done.exit_code == 1
    assert 'has no output TrainingImage: give it "training_image": "plain" in cdk.json, then make' in done.stderr


def test_there_is_no_such_job(stage: DeployedStage) -> None:
    """One line says so."""
    done = run("job", f"warmstart-{stage.name}-none", "--stage", stage.name)
    assert done.exit_code == 1
    assert "error: cannot describe the training job" in done.stderr


class Scripted:
    """A SageMaker that describes a job as a test says, answer after answer, the last one for ever."""

    def __init__(self, *answers: dict[str, Any] | BaseException) -> None:
        self._answers = itertools.chain(answers, itertools.repeat(answers[-1]))
        self.stopped: list[str] = []

    def describe_training_job(self, **_: str) -> dict[str, Any]:
        """Give the next answer."""
        answer = next(self._answers)
        if isinstance(answer, BaseException):
            raise answer
        return {"CreationTime": datetime(2026, 11, 30, tzinfo=UTC), **answer}

    def stop_training_job(self, **named: str) -> None:
        """Note it."""
        self.stopped.append(named["TrainingJobName"])


def state(status: str, *steps: tuple[str, str], **more: str) -> dict[str, Any]:
    """Return a description."""
    transitions = [{"Status": step, "StatusMessage": message} for step, message in steps]
    return {"TrainingJobStatus": status, "SecondaryStatusTransitions": transitions, **more}


STARTING, TRAINING = ("Starting", "Preparing the instances"), ("Training", "")
INTERRUPTED = ("Interrupted", "Spot capacity is gone")


def test_each_step_is_said_once(stage: DeployedStage) -> None:
    """An interruption and going on are steps like others."""
    steps = (STARTING, TRAINING, INTERRUPTED, STARTING, TRAINING, ("Completed", "Done"))
    answers = [state("InProgress", *steps[:count]) for count in (1, 2, 2, 4, 5)]
    told: list[str] = []
    last = follow("a", Jobs(Scripted(*answers, state("Completed", *steps))), "/no/group", told.append)
    assert last.end == "well"
    assert told == [f"{step}: {message}" if message else step for step, message in steps]


@pytest.mark.parametrize(
    ("described", "why"),
    [
        (state("Failed", FailureReason="AlgorithmError: no table"), "a-1 failed: AlgorithmError: no table"),
        (state("Failed"), "a-1 failed: SageMaker does not say why"),
        (state("Stopped"), "a-1 was stopped: the same warmstart train goes on from its checkpoints"),
        (state("Completed"), "a-1 has ended and left no outcome in s3://"),
    ],
)
def test_a_job_that_leaves_nothing_is_an_error(
    stage: DeployedStage, described: dict[str, Any], why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With what SageMaker says of it, which is what its failure file said."""
    done = _followed(Scripted(described), stage, monkeypatch)
    assert done.exit_code == 1
    assert f"error: {why}" in done.stderr


@pytest.mark.parametrize(
    ("answer", "stopped", "said"),
    [
        ("", [], "it goes on; to follow it again: warmstart job a-1 --stage {stage}"),
        ("y\n", [], "it goes on; to follow it again: warmstart job a-1 --stage {stage}"),
        ("n\n", ["a-1"], "it is being stopped; the same warmstart train goes on from its checkpoints"),
    ],
    ids=["silence", "yes", "no"],
)
def test_ctrl_c_asks_whether_it_goes_on(
    answer: str, stopped: list[str], said: str, stage: DeployedStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever says nothing leaves it; the exit code is Ctrl-C's."""
    sagemaker = Scripted(state("InProgress", STARTING), KeyboardInterrupt())
    done = _followed(sagemaker, stage, monkeypatch, answer)
    assert (done.exit_code, sagemaker.stopped) == (130, stopped)
    assert "Let a-1 go on?" in done.stderr
    assert said.format(stage=stage.name) in done.stderr


def _followed(sagemaker: Scripted, stage: DeployedStage, monkeypatch: pytest.MonkeyPatch, answer: str = "") -> Result:
    """Follow a job, whose name has a dash as those of SageMaker have."""
    monkeypatch.setattr("training.sagemaker.jobs.client", lambda _: sagemaker)
    return CliRunner().invoke(main, ["job", "a-1", "--stage", stage.name], input=answer)
