"""The request is what EMR Serverless's own model takes, and asks for no more than the stage allows."""

import re
from dataclasses import replace
from typing import Any

import botocore.session
import pytest
from botocore.model import Shape
from botocore.validate import ParamValidator

from infra.outputs import jobs_of
from infra.spark import LEAST_VCPU
from tests.training.deployed.stages import SPARK
from tests.training.jobs.models import wrong
from training.batch_order import Order as Lists
from training.deployed.aws import StageError
from training.deployed.stage import Stack
from training.emr.order import ListsOrder, TrainOrder, read_order
from training.emr.request import Place, request
from training.jobs.names import new_name
from training.jobs.order import Order as Models

APPLICATION = "00fabcdefghij01a"
OUTPUTS = {"SparkApplication": APPLICATION, "SparkLogGroup": "warmstart-dev-training-SparkLog0A1B", **SPARK}
PLACE = Place.of(Stack("dev", "warmstart-dev-training", "CREATE_COMPLETE", OUTPUTS))
STORE = "s3://bucket/prefix"
TRAIN = TrainOrder(
    job=new_name("dev", "orders"),
    inputs="training/inputs/0a",
    interactions="s3://lake/orders/",
    models=Models(store=STORE, models="als,popular", promote=True),
)
LISTS = ListsOrder(job=new_name("dev", "als"), store=STORE, lists=Lists(model="als", k=10, promote=True))


def model() -> Shape:
    """Return what botocore knows of the call's input."""
    service = botocore.session.get_session().get_service_model("emr-serverless")
    shape = service.operation_model("StartJobRun").input_shape
    assert shape is not None
    return shape


def settings(asked: dict[str, Any]) -> dict[str, str]:
    """Return what spark-submit is told."""
    said = asked["jobDriver"]["sparkSubmit"]["sparkSubmitParameters"].removeprefix("--conf ")
    return dict(pair.split("=", 1) for pair in said.split(" --conf "))


@pytest.mark.parametrize("order", [TRAIN, LISTS], ids=["train", "batch"])
def test_it_keeps_to_emr_serverless_s_model(order: TrainOrder | ListsOrder) -> None:
    """Nothing is missing, unknown, of a wrong type, too long or out of a list."""
    asked = request(PLACE, order)
    assert not ParamValidator().validate(asked, model()).has_errors()
    assert [*wrong(asked, model(), "request")] == []


def test_the_check_finds_what_is_wrong() -> None:
    """An application that is none, a role that is none, a log with a space."""
    asked = request(replace(PLACE, application="A-1", role="role", log_group="a b"), LISTS)
    assert len([*wrong(asked, model(), "request")]) == 3


@pytest.mark.parametrize("order", [TRAIN, LISTS], ids=["train", "batch"])
def test_what_is_ordered_is_what_the_job_reads(order: TrainOrder | ListsOrder) -> None:
    """The one argument says all of it."""
    (argument,) = request(PLACE, order)["jobDriver"]["sparkSubmit"]["entryPointArguments"]
    assert read_order([argument]) == order


def test_it_says_all_that_the_stage_says() -> None:
    """Role, application, log, how long, and whose it is."""
    asked = request(PLACE, TRAIN)
    assert (asked["applicationId"], asked["executionRoleArn"]) == (APPLICATION, OUTPUTS["SparkRoleArn"])
    assert asked["executionTimeoutMinutes"] == 12 * 60
    log = asked["configurationOverrides"]["monitoringConfiguration"]["cloudWatchLoggingConfiguration"]
    assert (log["enabled"], log["logGroupName"]) == (True, OUTPUTS["SparkLogGroup"])
    assert "STDOUT" in log["logTypes"]["SPARK_DRIVER"]
    assert asked["tags"] == {"warmstart:stage": "dev"}


def test_sent_twice_it_is_one_job() -> None:
    """A call that botocore repeats has the same token; another order has another."""
    assert request(PLACE, TRAIN)["clientToken"] == request(PLACE, TRAIN)["clientToken"] == TRAIN.job
    assert request(PLACE, LISTS)["clientToken"] != TRAIN.job
    assert TRAIN.job.startswith(jobs_of("dev"))


@pytest.mark.parametrize(("vcpu", "most"), [(LEAST_VCPU, "1"), (64, "14"), (4000, "998")])
def test_it_takes_what_the_application_may_have(vcpu: int, most: str) -> None:
    """As many workers as fit beside the driver, each with the stage's disk."""
    said = settings(request(replace(PLACE, max_vcpu=vcpu, disk_gb=200), LISTS))
    assert said["spark.dynamicAllocation.maxExecutors"] == most
    assert said["spark.emr-serverless.driver.disk"] == said["spark.emr-serverless.executor.disk"] == "200g"


def test_checkpoints_are_where_the_role_may_write() -> None:
    """Under training/ of the stage's store, each job's in a place of its own."""
    place = settings(request(PLACE, TRAIN))["spark.checkpoint.dir"]
    assert re.fullmatch(rf"{STORE}/training/\w+/{TRAIN.job}", place)


@pytest.mark.parametrize("without", OUTPUTS)
def test_a_stage_without_spark_says_what_to_do(without: str) -> None:
    """A stack that lacks an output is to be deployed again."""
    outputs = {name: value for name, value in OUTPUTS.items() if name != without}
    with pytest.raises(StageError, match=f"no output {without}: .*make deploy STAGE=dev"):
        Place.of(Stack("dev", "warmstart-dev-training", "CREATE_COMPLETE", outputs))
