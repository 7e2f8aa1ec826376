"""Log lines of a stage's functions: all of them, by time, each once."""

import json
import time

import pytest

from tests.layers.servers import Answer
from tests.training.deployed import stages
from tests.training.deployed.answers import answering
from tests.training.deployed.conftest import Deploy
from tests.training.deployed.stages import DeployedStage, aws_client
from training.deployed import function_logs
from training.deployed.aws import StageError
from training.deployed.function_logs import FunctionLogs, log_groups
from training.deployed.stage import Stack, read_stack


def test_groups_are_named_after_the_functions(stage: DeployedStage) -> None:
    """Camel case in an output is an underscore in a function's name."""
    serving = read_stack(stage.name, "serving")
    assert log_groups(serving, None) == {name: stage.group(name) for name in sorted(stages.GROUPS.values())}
    assert log_groups(serving, "two_stage") == {"two_stage": stage.group("two_stage")}


def test_an_unknown_function_is_answered_by_those_that_are_there(stage: DeployedStage) -> None:
    """A misspelt one is named with the others."""
    with pytest.raises(StageError, match="no function 'als'; it has authorizer, lists, two_stage"):
        log_groups(read_stack(stage.name, "serving"), "als")


def test_a_stack_without_groups_asks_for_a_deploy() -> None:
    """An older stack that does not say where its logs are is no stage without functions."""
    with pytest.raises(StageError, match="no output LogGroupAuthorizer: make deploy STAGE=old"):
        log_groups(Stack("old", "warmstart-old-serving", "UPDATE_COMPLETE", {"ApiUrl": "x"}), None)


def test_lines_of_all_functions_are_merged_by_time(stage: DeployedStage) -> None:
    """Oldest first, whoever wrote it, and nothing from before."""
    now = int(time.time() * 1000)
    stage.log("lists", (now - 90_000, "old"), (now - 4000, "one"), (now - 1000, "four"))
    stage.log("authorizer", (now - 3000, "two"), (now - 2000, "three"))
    found = [(event.function, event.message) for event in logs_of(stage).since(now - 60_000)]
    assert found == [("lists", "one"), ("authorizer", "two"), ("authorizer", "three"), ("lists", "four")]


def test_following_gives_each_line_once_and_late_ones_too(
    stage: DeployedStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A line that is taken in after a newer one is still found; none is said twice."""
    monkeypatch.setattr(function_logs, "PAUSE_SECONDS", 0)
    now = int(time.time() * 1000)
    stage.log("lists", (now - 50_000, "first"))
    events = logs_of(stage).follow(now - 60_000)
    assert [event and event.message for event in (next(events), next(events), next(events))] == ["first", None, None]
    stage.log("lists", (now - 1000, "second"))
    stage.log("authorizer", (now - 2000, "third"))
    assert [event and event.message for event in (next(events), next(events), next(events))] == [
        "third",
        "second",
        None,
    ]
    stage.log("authorizer", (now - 9000, "late"))
    assert [event and event.message for event in (next(events), next(events))] == ["late", None]


def test_a_group_that_is_not_there_hides_no_other(deploy: Deploy) -> None:
    """A deleted log group is noted and the other functions are read."""
    stage, now = deploy(), int(time.time() * 1000)
    stage.log("lists", (now, "one"))
    aws_client("logs").delete_log_group(logGroupName=stage.group("authorizer"))
    logs = logs_of(stage)
    assert [event.message for event in logs.since(now - 1000)] == ["one"]
    assert logs.without_group == {"authorizer"}


def test_all_pages_are_read(aws: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty page with a token is not the end."""
    pages = {
        None: {"events": [_event(1)], "nextToken": "two"},
        "two": {"events": [], "nextToken": "three"},
        "three": {"events": [_event(3)]},
    }

    def respond(_: str, body: bytes) -> Answer:
        return Answer(200, json.dumps(pages[json.loads(body).get("nextToken")]).encode())

    with answering(respond) as endpoint:
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
        assert [event.at for event in FunctionLogs({"lists": "group"}).since(0)] == [1, 3]


def logs_of(stage: DeployedStage) -> FunctionLogs:
    """Return the logs of all functions of a stage."""
    return FunctionLogs({name: stage.group(name) for name in stages.GROUPS.values()})


def _event(at: int) -> dict[str, object]:
    return {"timestamp": at, "message": "m", "eventId": str(at), "ingestionTime": at, "logStreamName": "s"}
