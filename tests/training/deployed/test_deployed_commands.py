"""The command with --stage, through its console entry, against a deployed stage."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from functions.authorizer.policy import policy
from tests.e2e.conftest import PASSED_ON, WARMSTART
from tests.layers.artifacts import Spec, promote_new
from tests.training.deployed.conftest import Deploy
from tests.training.deployed.stages import AwsCommands, DeployedStage, aws_client
from training.token_book import read
from warmstart.tokens import TOKENS_KEY


def test_at_night(stage: DeployedStage, commands: AwsCommands, tmp_path: Path) -> None:
    """A stage's name is enough to see what is served, to roll it back, and to see that."""
    first = promote_new(stage.open(), tmp_path / "first")
    promote_new(stage.open(), tmp_path / "second", Spec(upward=False))
    rolled = commands.json("rollback", "als", "--stage", stage.name)
    assert rolled["version"] == first.version
    listed = commands.json("models", WARMSTART_STAGE=stage.name)["models"]
    assert [entry["version"] for entry in listed if entry["served"]] == [first.version]


def test_an_update_that_failed_is_said_and_stops_no_rollback(stage: DeployedStage, commands: AwsCommands) -> None:
    """The warning is on stderr, where no program reads it as the result."""
    stage.set_status("artifacts", "UPDATE_ROLLBACK_FAILED")
    done = commands.run("models", "--stage", stage.name, "--json")
    assert (done.returncode, json.loads(done.stdout)) == (0, {"models": []})
    assert "warning: " in done.stderr
    assert "UPDATE_ROLLBACK_FAILED" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "environment", "message"),
    [
        ((), {}, "Say --store URL or --stage NAME"),
        (("--store", "x", "--stage", "y"), {}, "--store and --stage both name a store"),
        ((), {"WARMSTART_STORE": "x", "WARMSTART_STAGE": "y"}, "WARMSTART_STORE and WARMSTART_STAGE are both set"),
    ],
)
def test_exactly_one_place_is_named(
    commands: AwsCommands, arguments: tuple[str, ...], environment: dict[str, str], message: str
) -> None:
    """None and two are wrong calls."""
    done = commands.run("models", *arguments, **environment)
    assert (done.returncode, message in done.stderr) == (2, True)


def test_an_option_beats_the_other_ones_variable(stage: DeployedStage, commands: AwsCommands) -> None:
    """Who types a store or a stage means it, whatever the environment says."""
    (commands.folder / "store").mkdir()
    assert commands.json("models", "--store", "store", WARMSTART_STAGE="nothing") == {"models": []}
    assert commands.json("models", "--stage", stage.name, WARMSTART_STORE="nothing") == {"models": []}


def test_an_error_is_one_line(commands: AwsCommands) -> None:
    """A misspelt stage ends with 1 and says what to do."""
    for command in (("models",), ("url",), ("logs",), ("token", "create", "shop"), ("token", "revoke", "shop")):
        done = commands.run(*command, "--stage", "prdo")
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith("error: no stage 'prdo' is deployed in eu-west-1 of account ")
        assert len(done.stderr.splitlines()) == 1


def test_a_token_has_a_key_that_nobody_sees(stage: DeployedStage, commands: AwsCommands) -> None:
    """The key stands in the book and in the gateway; neither create nor list nor revoke prints it."""
    made = commands.run("token", "create", "shop", "--stage", stage.name, "--plan", "free", "--json")
    token = read(stage.open()).tokens[0]
    listed = commands.run("token", "list", "--stage", stage.name)
    assert token.usage_key is not None
    assert stage.keys() == {f"warmstart-{stage.name}-shop": ["free"]}
    assert policy(token, "arn:aws:execute-api:r:a:api/stage/GET/models")["usageIdentifierKey"] == token.usage_key
    assert "valid" in listed.stdout
    revoked = commands.run("token", "revoke", "shop", "--stage", stage.name)
    assert revoked.stdout == "revoked shop\n"
    assert stage.keys() == {}
    printed = "".join(done.stdout + done.stderr for done in (made, listed, revoked))
    assert token.usage_key not in printed
    assert b"usage_key" not in stage.open().get(TOKENS_KEY, limit=1000).data


def test_what_is_left_of_a_revoked_token_goes(stage: DeployedStage, commands: AwsCommands) -> None:
    """A revocation without --stage leaves the key and says so; the one with it removes it, the third has nothing."""
    store = f"s3://{stage.bucket}"
    commands.json("token", "create", "shop", "--stage", stage.name)
    partly = commands.run("token", "revoke", "shop", "--store", store)
    assert (partly.returncode, "its API key stays" in partly.stderr) == (0, True)
    rest = commands.run("token", "revoke", "shop", "--stage", stage.name)
    assert (rest.returncode, "was revoked before" in rest.stdout) == (0, True)
    assert stage.keys() == {}
    nothing = commands.run("token", "revoke", "shop", "--stage", stage.name)
    assert (nothing.returncode, "no token shop, and no API key" in nothing.stderr) == (1, True)


def test_tokens_that_the_deployed_api_refuses_are_listed_as_such(stage: DeployedStage, commands: AwsCommands) -> None:
    """One that was made with --store has no API key, and the gateway answers its calls with 403."""
    commands.json("token", "create", "local", "--store", f"s3://{stage.bucket}")
    commands.json("token", "create", "shop", "--stage", stage.name)
    listed = commands.json("token", "list", "--stage", stage.name)["tokens"]
    assert {entry["name"]: entry["state"] for entry in listed} == {"local": "no API key: 403", "shop": "valid"}


def test_tokens_are_joined_to_the_plans_of_a_stage_that_was_deployed_anew(
    stage: DeployedStage, commands: AwsCommands
) -> None:
    """Destroyed usage plans take their keys' places with them; a second run finds nothing to do."""
    commands.json("token", "create", "shop", "--stage", stage.name)
    commands.json("token", "create", "local", "--store", f"s3://{stage.bucket}")
    gateway = aws_client("apigateway")
    (key,) = gateway.get_api_keys(nameQuery=f"warmstart-{stage.name}-")["items"]
    gateway.delete_usage_plan_key(usagePlanId=stage.plans["standard"], keyId=key["id"])
    assert commands.json("token", "join", "--stage", stage.name) == {"joined": ["shop"], "without": ["local"]}
    assert stage.keys() == {f"warmstart-{stage.name}-shop": ["standard"]}
    assert commands.json("token", "join", "--stage", stage.name) == {"joined": [], "without": ["local"]}


def test_a_token_of_a_model_that_nobody_serves_is_made_and_warned_about(
    stage: DeployedStage, commands: AwsCommands
) -> None:
    """The model may come later, or its name is a slip: which of them, only the user knows."""
    made = commands.run("token", "create", "shop", "--models", "als,nope", "--stage", stage.name)
    assert (made.returncode, "no function serves nope" in made.stderr) == (0, True)


def test_a_stage_without_serving_has_a_store_and_no_tokens(deploy: Deploy, commands: AwsCommands) -> None:
    """What needs the store alone works; what needs the API says which stack is missing and makes nothing."""
    half = deploy("artifacts")
    assert commands.json("models", "--stage", half.name) == {"models": []}
    for command in (("token", "create", "shop"), ("url",), ("logs",)):
        done = commands.run(*command, "--stage", half.name)
        assert done.returncode == 1
        assert f"has no warmstart-{half.name}-serving" in done.stderr
    assert (read(half.open()).tokens, half.keys()) == ((), {})


def test_url_is_one_line(stage: DeployedStage, commands: AwsCommands) -> None:
    """It can be put into another command as it is."""
    assert commands.run("url", "--stage", stage.name).stdout == f"{stage.url}\n"
    assert commands.json("url", "--stage", stage.name) == {"stage": stage.name, "url": stage.url}
    assert commands.run("url", "--store", "--stage", stage.name).stdout == f"s3://{stage.bucket}\n"


def test_logs_of_all_functions_or_one(stage: DeployedStage, commands: AwsCommands) -> None:
    """Lines are merged by time; a function that has logged nothing says so on stderr, an unknown one is refused."""
    now = int(time.time() * 1000)
    stage.log("lists", (now - 2000, '{"level": "ERROR", "message": "no version", "model": "als"}'))
    stage.log("two_stage", (now - 1000, "START RequestId: 1\n"))
    done = commands.run("logs", "--stage", stage.name)
    assert [line.split(maxsplit=1)[1] for line in done.stdout.splitlines()] == [
        "lists      ERROR no version model=als",
        "two_stage  START RequestId: 1",
    ]
    assert done.stderr == "authorizer: nothing logged in this time\n"
    one = commands.json("logs", "lists", "--stage", stage.name, "--since", "1h")
    assert (one["function"], one["message"]["model"]) == ("lists", "als")
    unknown = commands.run("logs", "als", "--stage", stage.name)
    assert (unknown.returncode, "it has authorizer, lists, two_stage" in unknown.stderr) == (1, True)


def test_logs_without_a_group_say_so(stage: DeployedStage, commands: AwsCommands) -> None:
    """A log group that is not there yet is no error."""
    aws_client("logs").delete_log_group(logGroupName=stage.group("lists"))
    done = commands.run("logs", "lists", "--stage", stage.name)
    assert (done.returncode, done.stderr) == (0, f"lists: no log group {stage.group('lists')} yet\n")


@pytest.mark.parametrize("since", ["10", "m", "-1m", "10 m", "tomorrow", ""])
def test_a_time_that_is_none_is_a_wrong_call(commands: AwsCommands, since: str) -> None:
    """--since says what it takes."""
    done = commands.run("logs", "--stage", "prod", "--since", since)
    assert (done.returncode, "as in 10m" in done.stderr) == (2, True)


def test_following_ends_well_with_ctrl_c(stage: DeployedStage, commands: AwsCommands) -> None:
    """What is there comes first, new lines follow, and Ctrl-C is the way out."""
    now = int(time.time() * 1000)
    stage.log("lists", (now - 1000, "first"))
    with following(commands, "logs", "lists", "--stage", stage.name, "--follow") as process:
        assert process.stdout is not None
        assert process.stdout.readline().endswith("lists first\n")
        stage.log("lists", (now, "second"))
        assert process.stdout.readline().endswith("lists second\n")
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
        assert process.stdout.read() == ""


def test_help_loads_no_boto3() -> None:
    """Who asks for help does not wait for AWS's client library."""
    script = "import sys, training.cli.main; print([name for name in ('boto3', 'botocore') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@contextmanager
def following(commands: AwsCommands, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Run a command that does not end by itself."""
    environment = {"PATH": os.environ["PATH"], **PASSED_ON, **commands.environment}
    with subprocess.Popen([str(WARMSTART), *arguments], stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            yield process
        finally:
            process.kill()
