"""A stage in cdk.json is read strictly: what is wrong is named, with what to write instead."""

import json
import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

import infra
from infra.stages import CHECKS, Stage, read_stage, refuse_unknown_functions

CDK_JSON = json.loads((Path(infra.__file__).parents[1] / "cdk.json").read_text())
CERTIFICATE = "arn:aws:acm:eu-west-1:123456789012:certificate/0a1b"
GOOD: dict[str, Any] = {
    "memory_mb": {"lists": 2048},
    "timeout_s": {"lists": 5},
    "provisioned_concurrency": {"lists": 2},
    "snapstart": False,
    "architecture": "arm64",
    "guarded": True,
    "alarm_email": "night@shop.example",
    "domain": "reco.shop.example",
    "certificate_arn": CERTIFICATE,
    "cors_origins": ["https://shop.example", "http://localhost:8000"],
    "traced_percent": 20,
    "training_image": "plain",
    "training_instance": "ml.c5.2xlarge",
    "training_spot": False,
    "training_hours": 2,
    "training_disk_gb": 50,
    "spark": True,
    "spark_max_vcpu": 128,
    "spark_hours": 6,
    "spark_disk_gb": 200,
    "spark_reads": ["s3://lake/orders/", "s3://lake.shop.example/"],
    "retrain": "cron(0 3 ? * MON *)",
    "refresh_trend": "rate(6 hours)",
    "retrain_memory_mb": 4096,
    "log_days": 90,
    "tags": {"team": "search"},
}
BAD: list[tuple[str, Any]] = [
    ("memory_mb", {"lists": 64}),
    ("memory_mb", {"lists": "1024"}),
    ("memory_mb", {"lists": True}),
    ("memory_mb", 1024),
    ("timeout_s", {"lists": 30}),
    ("timeout_s", {"lists": 0}),
    ("timeout_s", {"lists": 1.5}),
    ("provisioned_concurrency", {"lists": 0}),
    ("snapstart", "yes"),
    ("architecture", "arm"),
    ("guarded", 1),
    ("alarm_email", "night"),
    ("alarm_email", None),
    ("domain", "https://reco.shop.example"),
    ("domain", "localhost"),
    ("certificate_arn", "certificate/0a1b"),
    ("cors_origins", "https://shop.example"),
    ("cors_origins", ["*"]),
    ("cors_origins", ["shop.example"]),
    ("cors_origins", ["https://shop.example/"]),
    ("cors_origins", ["https://shop.example, https://other.example"]),
    ("cors_origins", ["https://o'shop.example"]),
    ("cors_origins", ["https://Shop.example"]),
    ("cors_origins", ["https://shop.example:"]),
    ("traced_percent", 101),
    ("traced_percent", 0.05),
    ("training_image", "torch"),
    ("spark", "yes"),
    ("spark_max_vcpu", 8),
    ("spark_max_vcpu", "64"),
    ("spark_hours", 0),
    ("spark_disk_gb", 10),
    ("spark_disk_gb", 500),
    ("spark_reads", "s3://lake/orders/"),
    ("spark_reads", ["lake/orders/"]),
    ("spark_reads", ["s3://lake"]),
    ("spark_reads", ["s3://lake/orders"]),  # that would be s3://lake/orders-of-others, too
    ("spark_reads", ["s3://lake/*"]),
    ("spark_reads", ["s3://*/"]),
    ("training_image", True),
    ("training_instance", "m5.xlarge"),
    ("training_instance", "ml.m5.xlarge; rm"),
    ("training_spot", "no"),
    ("training_hours", 0),
    ("training_hours", 673),
    ("training_disk_gb", "30"),
    ("retrain", "daily"),
    ("retrain", "rate(0 days)"),
    ("retrain", "cron(0 3 ? * MON *) "),
    ("refresh_trend", "at(2026-11-30T03:00:00)"),
    ("refresh_trend", 6),
    ("retrain_memory_mb", 512),
    ("log_days", 31),
    ("log_days", "30"),
    ("log_days", True),
    ("tags", {"team": 7}),
    ("tags", ["team"]),
]


def read(**settings: Any) -> Stage:
    """A stage of these settings."""
    return read_stage("dev", {"dev": settings})


def test_every_option_can_be_set() -> None:
    """Each setting arrives as it was written, a list as a tuple."""
    stage = read(**GOOD)
    settings = {field.name: getattr(stage, field.name) for field in fields(Stage)}
    assert settings == {"name": "dev", **GOOD, **{key: tuple(GOOD[key]) for key in ("cors_origins", "spark_reads")}}


def test_every_option_is_checked() -> None:
    """Each field of a stage but its name has a check, and this file tries each check with something wrong."""
    options = {field.name for field in fields(Stage)} - {"name"}
    assert options == CHECKS.keys() == GOOD.keys() == {key for key, _ in BAD}


def test_what_costs_or_opens_is_off() -> None:
    """A stage that says nothing has no alarm, no browser's page, no domain and nothing that is paid by the hour."""
    assert read() == Stage(name="dev")
    settings = {field.name: getattr(read(), field.name) for field in fields(Stage)}
    jobs = {
        *("training_instance", "training_spot", "training_hours", "training_disk_gb", "retrain_memory_mb"),
        *("spark_max_vcpu", "spark_hours", "spark_disk_gb"),
    }
    on = {name for name, value in settings.items() if value}
    assert on == {"name", "architecture", "log_days"} | jobs  # a job is paid while it runs


@pytest.mark.parametrize(("key", "value"), BAD)
def test_what_is_wrong_is_named(key: str, value: Any) -> None:
    """A senseless value is refused with its place in the file and what is expected there."""
    with pytest.raises(ValueError, match=rf"^cdk\.json: stages\.dev\.{key}: expected {re.escape(CHECKS[key][1])}$"):
        read(**{key: value})


def test_an_unknown_key_is_named() -> None:
    """A misspelt key is refused, and the right ones are listed."""
    with pytest.raises(ValueError, match=r"stages\.dev\.log_dyas: unknown; there are .*log_days"):
        read(log_dyas=30)


@pytest.mark.parametrize("stages", [None, {}, [], "dev"])
def test_a_file_without_stages_says_what_it_needs(stages: Any) -> None:
    """Without a table of stages the message says to write one."""
    with pytest.raises(ValueError, match=r"context\.stages: name at least one stage, such as dev"):
        read_stage("dev", stages)


def test_an_unknown_stage_lists_those_that_are_there() -> None:
    """A wrong name is answered with the right ones and how to choose one."""
    with pytest.raises(ValueError, match=r"no stage 'live': cdk\.json has dev, prod; choose one with STAGE="):
        read_stage("live", {"prod": {}, "dev": {}})


@pytest.mark.parametrize("name", ["Dev", "1dev", "dev-2", "d" * 17, ""])
def test_a_name_that_no_stack_can_bear_is_refused(name: str) -> None:
    """A stage's name stands in a URL and in the names of stacks."""
    with pytest.raises(ValueError, match="is not a stage's name"):
        read_stage(name, {name: {}})


def test_a_stage_is_a_table() -> None:
    """Anything else in its place is refused."""
    with pytest.raises(ValueError, match=r"stages\.dev: not a table"):
        read_stage("dev", {"dev": ["guarded"]})


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"domain": "reco.shop.example"}, "come together"),
        ({"certificate_arn": CERTIFICATE}, "come together"),
        ({"alarm_email": "night@shop.example"}, "there is no alarm"),
        ({"retrain": "rate(7 days)"}, "there is nothing to run"),
        ({"training_image": "plain", "refresh_trend": "rate(6 hours)"}, "it is a part of retraining"),
        ({"snapstart": True, "provisioned_concurrency": {"lists": 1}}, "not both"),
    ],
)
def test_options_that_do_not_fit_together_are_refused(settings: dict[str, Any], says: str) -> None:
    """What AWS would refuse, or what would do nothing, is said before anything is deployed."""
    with pytest.raises(ValueError, match=rf"stages\.dev: .*{says}"):
        read(**settings)


@pytest.mark.parametrize("key", ["memory_mb", "timeout_s", "provisioned_concurrency"])
def test_a_setting_of_no_function_is_named(key: str) -> None:
    """A misspelt function would keep its old size in silence."""
    stage = read(**{key: {"lsits": 1 if key != "memory_mb" else 1024}})
    with pytest.raises(ValueError, match=rf"stages\.dev\.{key}: no function 'lsits'; there are authorizer, lists"):
        refuse_unknown_functions(stage, ["lists", "authorizer"])


def test_a_setting_of_a_function_is_let_through() -> None:
    """Names that there are pass."""
    refuse_unknown_functions(read(memory_mb={"lists": 1024}), ["lists"])


def test_cdk_json_has_the_stages_that_the_readme_names() -> None:
    """Dev is what a plain command takes, prod is guarded."""
    context = CDK_JSON["context"]
    assert context["stage"] == "dev"
    assert not read_stage("dev", context["stages"]).guarded
    assert read_stage("prod", context["stages"]).guarded


def test_days_of_logs_are_those_that_cloudwatch_knows() -> None:
    """Of the numbers up to a year, all that CloudWatch takes can be written, and no other."""
    cloudwatch = {1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288}
    good, _ = CHECKS["log_days"]
    assert {days for days in range(5_000) if good(days)} == {days for days in cloudwatch if days <= 365}
