"""What each function runs with, alone in a bare stack."""

from collections.abc import Sequence
from typing import Any

import aws_cdk as cdk
import pytest

from infra.constructs.execution import Execution, live_alias
from infra.constructs.log import log_group
from infra.functions import TUNING
from infra.stages import LOG_DAYS, Stage
from tests.infra.stacks.synthesis import a_function, a_stack, a_stage, a_store, template_of
from tests.infra.stacks.template import Template


def executing(*reads: str) -> Template:
    """A stack with nothing but a role and a log group."""
    stack = a_stack()
    an_execution(stack, a_stage(), reads)
    return template_of(stack)


def an_execution(stack: cdk.Stack, stage: Stage, reads: Sequence[str] = ()) -> Execution:
    """What a function named lists runs with."""
    return Execution(
        stack,
        "Execution",
        stage=stage,
        bucket=a_store(stack),
        reads=reads,
        name="lists",
        memory_mb=900,
        timeout_s=9,
    )


def living(name: str = "lists", **settings: Any) -> Template:
    """A stack with a function and its alias."""
    stack = a_stack()
    live_alias(a_function(stack, "Function"), a_stage(**settings), name)
    return template_of(stack)


def test_a_role_may_read_the_named_objects_and_write_its_own_log() -> None:
    """Nothing else is granted, nobody but Lambda takes the role, and no policy of AWS's own is added."""
    template = executing("models/als/*", "models/bpr/*")
    assert {(action, resource.rpartition(":")[2]) for _, action, resource in template.grants() if "s3" in action} == {
        ("s3:GetObject", "store/models/als/*"),
        ("s3:GetObject", "store/models/bpr/*"),
    }
    assert {action for _, action, _ in template.grants()} == {
        "s3:GetObject",
        "logs:CreateLogStream",
        "logs:PutLogEvents",
    }
    role = template.one("IAM::Role")
    assert "ManagedPolicyArns" not in role
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "lambda.amazonaws.com"}


def test_a_log_is_written_to_by_its_name() -> None:
    """The right to write names the log group, so that no function writes into another's."""
    template = executing("models/als/*")
    (log,) = [key for key, resource in template.resources.items() if resource["Type"] == "AWS::Logs::LogGroup"]
    assert {resource for _, action, resource in template.grants() if "logs" in action} == {f"{{{log}.Arn}}"}


def test_a_function_has_its_size_unless_the_stage_says_otherwise() -> None:
    """Memory and time are the function's own or what the stage says of it, never what it says of another."""
    own = an_execution(a_stack(), a_stage(memory_mb={"knn": 512})).options({})
    told = an_execution(a_stack(), a_stage(memory_mb={"lists": 512}, timeout_s={"lists": 3})).options({})
    assert (own["memory_size"], own["timeout"].to_seconds()) == (900, 9)
    assert (told["memory_size"], told["timeout"].to_seconds()) == (512, 3)


def test_every_function_is_tuned() -> None:
    """How many threads a vCPU bears stands in the environment beside what the function needs."""
    assert an_execution(a_stack(), a_stage()).options({"A": "1"})["environment"] == {**TUNING, "A": "1"}


@pytest.mark.parametrize("days", [min(LOG_DAYS), max(LOG_DAYS)])
def test_logs_are_kept_for_as_long_as_the_stage_says(days: int) -> None:
    """No log is kept for ever, and none outlives its stack."""
    stack = a_stack()
    log_group(stack, a_stage(log_days=days))
    template = template_of(stack)
    assert template.one("Logs::LogGroup") == {"RetentionInDays": days}
    assert {resource["DeletionPolicy"] for resource in template.resources.values()} == {"Delete"}


def test_what_is_called_is_the_alias_of_a_version() -> None:
    """The alias is named live and names a version, never the code that is changed last."""
    alias = living().one("Lambda::Alias")
    assert alias["Name"] == "live"
    assert alias["FunctionVersion"]["Fn::GetAtt"][1] == "Version"
    assert "ProvisionedConcurrencyConfig" not in alias


def test_a_stage_keeps_functions_warm_by_name() -> None:
    """Provisioned concurrency is the named function's and no other's."""
    settings = {"provisioned_concurrency": {"lists": 3}}
    named, other = living("lists", **settings), living("knn", **settings)
    assert named.one("Lambda::Alias")["ProvisionedConcurrencyConfig"] == {"ProvisionedConcurrentExecutions": 3}
    assert "ProvisionedConcurrencyConfig" not in other.one("Lambda::Alias")


@pytest.mark.parametrize("on", [False, True])
def test_snapshots_are_taken_of_published_versions(on: bool) -> None:
    """SnapStart is there if the stage asks for it."""
    function = living(snapstart=on).one("Lambda::Function")
    assert function.get("SnapStart") == ({"ApplyOn": "PublishedVersions"} if on else None)
