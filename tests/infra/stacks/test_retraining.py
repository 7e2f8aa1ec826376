"""Models trained anew by a schedule: what a stage with one has, who may do what, and what each state does."""

import json
from typing import Any

import pytest
from ministack.services import stepfunctions

from infra.constructs.retraining import ENTRYPOINT, HANDLER, WATCH_RULE
from infra.retraining_states import CHECK, GATE, PROMOTE, TREND, definition
from tests.infra.stacks.synthesis import Assembly
from tests.infra.stacks.template import Template, text
from tests.infra.stacks.test_training import made

JOB = "warmstart-dev-orders-1"
CHECKED = {"request": {"TrainingJobName": JOB}, "taken": {"rows": 7}}
SERVED = {"served": {"als": "20261130T030000Z-0a1b2c3"}}


@pytest.fixture(scope="module")
def retraining() -> Template:
    """The stack of a stage with both schedules."""
    return made(
        training_image="plain",
        retrain="cron(0 3 ? * MON *)",
        refresh_trend="rate(6 hours)",
        alarm_email="night@shop.example",
        training_hours=2,
    )


def test_without_a_schedule_there_is_nothing_of_it(dev: Assembly) -> None:
    """No machine, no function, no topic; nor with an image alone."""
    for training in (dev["training"], made(training_image="plain")):
        kinds = {resource["Type"] for resource in training.resources.values()}
        assert kinds <= {"AWS::IAM::Role", "AWS::IAM::Policy"}


def test_an_idle_stage_pays_for_nothing_more(retraining: Template, full: Assembly) -> None:
    """Schedules, a machine, a function and a topic cost by use; only a guarded stage has an alarm."""
    assert not retraining.all("CloudWatch::Alarm")
    (alarm,) = full["training"].all("CloudWatch::Alarm")
    metrics = [stat["MetricStat"]["Metric"]["MetricName"] for stat in alarm["Metrics"] if "MetricStat" in stat]
    assert metrics == ["ExecutionsFailed", "ExecutionsTimedOut"]


def test_two_schedules_start_the_machine(retraining: Template) -> None:
    """The models' and the trends', each with its input, by a role that may start this machine and do nothing else."""
    schedules = retraining.all("Scheduler::Schedule")
    assert {one["ScheduleExpression"]: json.loads(one["Target"]["Input"]) for one in schedules} == {
        "cron(0 3 ? * MON *)": {},
        "rate(6 hours)": {"do": TREND},
    }
    assert {one["State"] for one in schedules} == {"ENABLED"}
    starters = {one["Target"]["RoleArn"]["Fn::GetAtt"][0] for one in schedules}
    grants = {(action, resource) for who, action, resource in retraining.grants() if who in starters}
    assert {action for action, _ in grants} == {"states:StartExecution"}
    assert len(grants) == 1


def test_the_trend_may_have_no_schedule() -> None:
    """Then it is as fresh as the models."""
    (schedule,) = made(training_image="plain", retrain="rate(7 days)").all("Scheduler::Schedule")
    assert json.loads(schedule["Target"]["Input"]) == {}


def test_the_function_is_the_training_image_with_another_program(retraining: Template) -> None:
    """The same image, so that each step is of the code that trains; it is told what the stack says of its jobs."""
    function = retraining.functions()["retraining"]
    tags = {
        text(uri).rpartition(":")[2] for uri in (function["Code"]["ImageUri"], _output(retraining, "TrainingImage"))
    }
    assert len(tags) == 1
    assert (function["ImageConfig"]["EntryPoint"], function["ImageConfig"]["Command"]) == (ENTRYPOINT, [HANDLER])
    environment = function["Environment"]["Variables"]
    said = retraining.outputs.keys() - {"RetrainingMachine"}
    assert said | {"WARMSTART_STORE", "WARMSTART_STAGE"} <= environment.keys()
    assert (function["MemorySize"], function["Timeout"]) == (3008, 900)


def test_the_function_reads_and_writes_what_training_does(retraining: Template) -> None:
    """Versions, aliases and what lies under training/, and no token; it makes no job."""
    own = {(action, key.partition("}")[2]) for who, action, key in retraining.grants() if who == "retraining"}
    assert {action.partition(":")[0] for action, _ in own} == {"logs", "s3", "xray"}
    assert {key for action, key in own if action.endswith("Object")} == {"/models/*", "/training/*"}


def test_the_machine_makes_this_stage_s_jobs(retraining: Template) -> None:
    """As the jobs' own role and as nobody else; it follows them by the rule that Step Functions makes for that."""
    (machine,) = retraining.all("StepFunctions::StateMachine")
    owner = machine["RoleArn"]["Fn::GetAtt"][0]
    own = [(action, key) for who, action, key in retraining.grants() if who == owner]
    jobs = {key.rpartition(":")[2] for action, key in own if action.startswith("sagemaker:")}
    assert jobs == {"training-job/warmstart-dev-*"}
    assert {action for action, _ in own if action.startswith("sagemaker:")} == {
        f"sagemaker:{verb}" for verb in ("CreateTrainingJob", "DescribeTrainingJob", "StopTrainingJob", "AddTags")
    }
    assert {key.rpartition(":")[2] for action, key in own if action.startswith("events:")} == {f"rule/{WATCH_RULE}"}
    (passed,) = [key for action, key in own if action == "iam:PassRole"]
    assert passed == text(_output(retraining, "RoleArn"))
    wide = {action.partition(":")[0] for action, key in own if key == "*"}
    assert wide == {"logs", "xray"}


def test_somebody_is_told(retraining: Template) -> None:
    """By e-mail, and CloudWatch may tell, too."""
    (subscription,) = retraining.all("SNS::Subscription")
    assert (subscription["Protocol"], subscription["Endpoint"]) == ("email", "night@shop.example")


def _output(template: Template, name: str) -> Any:
    return template.outputs[name]["Value"]


class Played:
    """The machine in ministack's interpreter, with a function and a SageMaker that answer as a test says."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.answers: dict[str, Any] = {}
        self.steps: list[str] = []
        self.alarms: list[str] = []
        services = {
            **stepfunctions._SERVICE_DISPATCH,
            "arn:aws:states:::sns:publish": self._publish,
            "arn:aws:states:::sagemaker:createTrainingJob": self._train,
        }
        patch.setattr(stepfunctions, "_SERVICE_DISPATCH", services)
        patch.setattr(stepfunctions, "_call_lambda", self._call)
        patch.setattr(stepfunctions, "_resolve_lambda_function_ref", lambda function, **_: function)
        patch.setattr(stepfunctions, "_SFN_WAIT_SCALE", 0)

    def run(self, **given: Any) -> dict[str, Any]:
        """Run it to its end; return how it ended."""
        states = definition("arn:aws:lambda:::function:f", "arn:aws:sns:::t", "dev", 3600)
        name = f"machine-{id(self)}"
        role = "arn:aws:iam::123456789012:role/r"
        made = stepfunctions._create_state_machine({"name": name, "definition": json.dumps(states), "roleArn": role})
        machine = json.loads(made[2])["stateMachineArn"]
        started = stepfunctions._start_sync_execution({"stateMachineArn": machine, "input": json.dumps(given)})
        ended: dict[str, Any] = json.loads(started[2])
        return ended

    def _call(self, _: str, event: dict[str, Any]) -> Any:
        self.steps.append(event["step"])
        usual = {CHECK: CHECKED, GATE: event["input"], PROMOTE: SERVED, TREND: SERVED}
        return self._answer(event["step"], usual[event["step"]])

    def _train(self, _: str, request: dict[str, Any]) -> Any:
        self.steps.append("train")
        assert request == CHECKED["request"]
        return self._answer("train", {"TrainingJobName": JOB})

    def _answer(self, step: str, usual: Any) -> Any:
        answer = self.answers.get(step, usual)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _publish(self, _: str, message: dict[str, str]) -> dict[str, str]:
        self.alarms.append(message["Message"])
        return {"MessageId": "1"}


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch) -> Played:
    """A machine that goes well unless told otherwise."""
    return Played(monkeypatch)


def error(name: str, **cause: str) -> Exception:
    """An error as Lambda and SageMaker tell it."""
    made: Exception = stepfunctions._ExecutionError(name, json.dumps(cause))
    return made


def test_a_run_takes_every_step_once(played: Played) -> None:
    """And says what is served."""
    ended = played.run()
    assert (ended["status"], json.loads(ended["output"])) == ("SUCCEEDED", SERVED)
    assert (played.steps, played.alarms) == ([CHECK, "train", GATE, PROMOTE], [])


def test_a_trend_is_one_step(played: Played) -> None:
    """Nothing is trained."""
    assert played.run(do=TREND)["status"] == "SUCCEEDED"
    assert played.steps == [TREND]


@pytest.mark.parametrize("step", [CHECK, "train", GATE, PROMOTE])
def test_a_step_that_fails_is_the_last(played: Played, step: str) -> None:
    """In its own words, to whoever is told, with what to do; no later step is taken, so nothing is promoted."""
    played.answers[step] = error("States.TaskFailed", errorMessage="the disk is full", errorType="OSError")
    ended = played.run()
    assert (ended["status"], played.steps[-1]) == ("FAILED", step)
    assert ended["cause"].endswith(": the disk is full")
    (alarm,) = played.alarms
    assert alarm.startswith(ended["cause"])
    assert "warmstart retrain start --stage dev" in alarm


@pytest.mark.parametrize(("step", "last"), [(CHECK, CHECK), (PROMOTE, PROMOTE)])
def test_what_is_refused_is_said(played: Played, step: str, last: str) -> None:
    """A refusal is a result: the step ends well, and the run does not."""
    played.answers[step] = {"refused": "the table has 3 rows, and had 7"}
    ended = played.run()
    assert (ended["status"], ended["cause"], played.steps[-1]) == ("FAILED", "the table has 3 rows, and had 7", last)
    assert len(played.alarms) == 1


def test_a_job_s_reason_is_told(played: Played) -> None:
    """With its name, by which its log is found."""
    reason = "AlgorithmError: the recipe has no model als"
    played.answers["train"] = error("States.TaskFailed", TrainingJobName=JOB, FailureReason=reason, RoleArn="r")
    assert played.run()["cause"] == f"training failed in {JOB}: {reason}"


@pytest.mark.parametrize("name", ["StoreUnavailable", "Conflict", "Lambda.TooManyRequestsException"])
def test_what_may_go_by_itself_is_tried_again(played: Played, name: str) -> None:
    """Four times, and then it is said."""
    played.answers[CHECK] = error(name, errorMessage="away")
    assert played.run()["status"] == "FAILED"
    assert played.steps == [CHECK] * 5


def test_an_error_without_words_is_told_by_its_name(played: Played) -> None:
    """As of a step that took too long."""
    played.answers[GATE] = stepfunctions._ExecutionError("States.Timeout", "")
    assert played.run()["cause"] == "gate failed: States.Timeout "
