"""`warmstart retrain`: what is trained is put into a stage, runs are started, followed and told of."""

import itertools
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.training.datasets import board_file
from tests.training.deployed.conftest import Deploy
from tests.training.deployed.stages import DeployedStage
from training.cli.main import main
from training.retraining.source import RECIPE, TABLES, bring_source

STARTED, ENDED = datetime(2026, 11, 30, 3, 0, tzinfo=UTC), datetime(2026, 11, 30, 3, 12, tzinfo=UTC)
VERSION = "20260131T000000Z-0a1b2c3"
JOB = "warmstart-dev-board-20261130-030100-0a1b"


class Scripted:
    """A Step Functions that describes a run as a test says, answer after answer, the last one for ever."""

    def __init__(self, *answers: dict[str, Any] | BaseException, states: tuple[tuple[str, Any], ...] = ()) -> None:
        self._answers = itertools.chain(answers, itertools.repeat(answers[-1]))
        self._states = states
        self.started: list[dict[str, Any]] = []

    def start_execution(self, **asked: Any) -> dict[str, str]:
        """Note it."""
        self.started.append(json.loads(asked["input"]))
        return {"executionArn": "arn:run"}

    def describe_execution(self, **_: str) -> dict[str, Any]:
        """Give the next answer."""
        answer = next(self._answers)
        if isinstance(answer, BaseException):
            raise answer
        return {"executionArn": "arn:run", "startDate": STARTED, **answer}

    def list_executions(self, **_: Any) -> dict[str, Any]:
        """Give two runs."""
        return {"executions": [{"executionArn": "arn:run"}] * 2}

    def get_paginator(self, _: str) -> "Scripted":
        """Return what has pages."""
        return self

    def paginate(self, **_: str) -> list[dict[str, Any]]:
        """Give the history of the tasks, on one page."""
        details = [{"name": name, "input": json.dumps(given)} for name, given in self._states]
        return [{"events": [{"type": "TaskStateEntered", "stateEnteredEventDetails": one} for one in details]}]


RUNNING = {"status": "RUNNING"}
SERVED = {
    "status": "SUCCEEDED",
    "stopDate": ENDED,
    "output": json.dumps({"served": {"als": VERSION}, "kept": {"popular": "nothing is new"}}),
}
REFUSED = {"status": "FAILED", "stopDate": ENDED, "cause": "3 bad rows; interactions.csv, line 2: no user_id"}


@pytest.fixture
def stage(deploy: Deploy, monkeypatch: pytest.MonkeyPatch) -> DeployedStage:
    """Return a stage with a schedule; nothing waits."""
    monkeypatch.setattr("training.retraining.runs.PAUSE_SECONDS", 0)
    return deploy("artifacts", "training")


def run(stage: DeployedStage, *arguments: str) -> Result:
    """Run the command."""
    return CliRunner().invoke(main, ["retrain", *arguments, "--stage", stage.name])


def scripted(monkeypatch: pytest.MonkeyPatch, *answers: Any, **more: Any) -> Scripted:
    """Put a Step Functions in its place."""
    states = Scripted(*answers, **more)
    monkeypatch.setattr("training.retraining.runs.client", lambda _: states)
    return states


def test_what_is_trained_is_put_where_runs_read_it(stage: DeployedStage, tmp_path: Path) -> None:
    """The recipe and its tables, which a run finds again."""
    done = run(stage, "put", "--recipe", str(board_file(tmp_path)))
    assert done.exit_code == 0, done.stderr
    assert f"s3://{stage.bucket}/{TABLES}/ is where the export goes" in done.stdout
    assert stage.open().keys("training") == [f"{TABLES}/interactions.csv", RECIPE]
    (tmp_path / "here").mkdir()
    recipe = bring_source(stage.open(), tmp_path / "here")
    assert (recipe.data.path / "interactions.csv").read_bytes() == (tmp_path / "interactions.csv").read_bytes()


def test_a_run_is_started_and_followed(stage: DeployedStage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each state is said once, the job by its name, and at the end what is served."""
    asked = {"request": {"TrainingJobName": JOB}}
    states = scripted(monkeypatch, RUNNING, RUNNING, SERVED, states=(("CheckData", {}), ("Train", asked)))
    done = run(stage, "start")
    assert (done.exit_code, done.stderr) == (0, f"CheckData\nTrain: {JOB}\n")
    assert done.stdout == f"served: als {VERSION}; popular stays: nothing is new\n"
    assert states.started == [{}]


@pytest.mark.parametrize(("option", "given"), [("--trend", {"do": "trend"}), ("--uncompared", {"compare": False})])
def test_a_run_may_do_less(
    stage: DeployedStage, monkeypatch: pytest.MonkeyPatch, option: str, given: dict[str, Any]
) -> None:
    """Only the trends, or no look at the last run."""
    states = scripted(monkeypatch, SERVED)
    assert run(stage, "start", option).exit_code == 0
    assert states.started == [given]


def test_a_run_that_fails_is_an_error(stage: DeployedStage, monkeypatch: pytest.MonkeyPatch) -> None:
    """With its cause."""
    scripted(monkeypatch, REFUSED)
    done = run(stage, "start")
    assert (done.exit_code, done.stderr) == (1, f"error: {REFUSED['cause']}\n")


def test_ctrl_c_leaves_it_running(stage: DeployedStage, monkeypatch: pytest.MonkeyPatch) -> None:
    """And says how to hear of it again."""
    scripted(monkeypatch, RUNNING, KeyboardInterrupt())
    done = run(stage, "start")
    assert done.exit_code == 130
    assert f"it goes on; to see what comes of it: warmstart retrain status --stage {stage.name}" in done.stderr


def test_the_last_runs_are_told_of(stage: DeployedStage, monkeypatch: pytest.MonkeyPatch) -> None:
    """When each was, how long it took, and what came of it."""
    scripted(monkeypatch, {**SERVED, "input": json.dumps({"do": "trend"})}, REFUSED)
    lines = run(stage, "status").stdout.splitlines()
    assert [line.split()[:5] for line in lines[-2:]] == [
        ["2026-11-30", "03:00", "trend", "succeeded", "12"],
        ["2026-11-30", "03:00", "models", "failed", "12"],
    ]
    assert lines[-2].endswith("popular stays: nothing is new")
    assert lines[-1].endswith(str(REFUSED["cause"]))


def test_a_stage_without_a_schedule_says_so(deploy: Deploy) -> None:
    """And how it gets one."""
    stage = deploy("artifacts")
    stage.deploy("training", without="RetrainingMachine")
    done = run(stage, "status")
    assert done.exit_code == 1
    assert 'has no schedule: give it "retrain" in cdk.json and deploy it' in done.stderr
