"""The request is what SageMaker's own model takes: names, types, lengths, patterns, and the values of its lists."""

from dataclasses import replace
from typing import Any

import botocore.session
import pytest
from botocore.model import Shape
from botocore.validate import ParamValidator

from infra.outputs import jobs_of
from tests.training.jobs.models import wrong
from training.deployed.aws import StageError
from training.deployed.stage import Stack
from training.jobs.inputs import Inputs
from training.jobs.names import new_name
from training.jobs.order import Order
from training.sagemaker.request import Place, request

INPUTS = Inputs("training/inputs/" + "0a" * 16, "0a" * 32)
ORDER = Order(store="s3://bucket", models="als,popular", promote=True)
OUTPUTS = {
    "RoleArn": "arn:aws:iam::123456789012:role/warmstart-dev-training-Role1ABCC5F0-0A1b",
    "LogGroup": "/aws/sagemaker/TrainingJobs",
    "TrainingImage": f"123456789012.dkr.ecr.eu-west-1.amazonaws.com/cdk-assets:{'0a1b' * 16}",
    "TrainingInstance": "ml.m5.xlarge",
    "TrainingSpot": "true",
    "TrainingHours": "24",
    "TrainingDiskGb": "30",
}
PLACE = Place.of(Stack("dev", "warmstart-dev-training", "CREATE_COMPLETE", OUTPUTS))


def made(place: Place = PLACE, order: Order = ORDER, **environment: str) -> dict[str, Any]:
    """Return a request."""
    return request(new_name("dev", "orders"), place, order, INPUTS, environment)


def model() -> Shape:
    """Return what botocore knows of the call's input."""
    service = botocore.session.get_session().get_service_model("sagemaker")
    shape = service.operation_model("CreateTrainingJob").input_shape
    assert shape is not None
    return shape


@pytest.mark.parametrize("place", [PLACE, replace(PLACE, spot=False, instance="ml.g5.xlarge")], ids=["spot", "own"])
@pytest.mark.parametrize("order", [ORDER, Order(store="s3://bucket/some/prefix")], ids=["all", "least"])
def test_it_keeps_to_sagemaker_s_model(place: Place, order: Order) -> None:
    """Nothing is missing, unknown, of a wrong type, too long or out of a list."""
    asked = made(place, order, OMP_NUM_THREADS="1")
    assert not ParamValidator().validate(asked, model()).has_errors()
    assert [*wrong(asked, model(), "request")] == []


def test_the_check_finds_what_is_wrong() -> None:
    """A name with a space, a machine that there is not, a role that is none."""
    asked = {**made(replace(PLACE, instance="ml.none.large", role="role")), "TrainingJobName": "a b"}
    assert len([*wrong(asked, model(), "request")]) == 3


def test_it_says_all_that_the_stage_says() -> None:
    """Role, image, machine, disk, and how long."""
    asked = made()
    assert asked["RoleArn"] == OUTPUTS["RoleArn"]
    assert asked["AlgorithmSpecification"]["TrainingImage"] == OUTPUTS["TrainingImage"]
    assert asked["ResourceConfig"] == {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 30}
    assert asked["EnableManagedSpotTraining"]
    assert asked["StoppingCondition"] == {"MaxRuntimeInSeconds": 86_400, "MaxWaitTimeInSeconds": 172_800}
    assert asked["Tags"] == [{"Key": "warmstart:stage", "Value": "dev"}]


def test_what_is_no_spot_waits_for_none() -> None:
    """SageMaker refuses a time to wait where there is nothing to wait for."""
    asked = made(replace(PLACE, spot=False))
    assert not asked["EnableManagedSpotTraining"]
    assert "MaxWaitTimeInSeconds" not in asked["StoppingCondition"]


def test_all_that_it_reads_and_writes_is_where_the_role_may() -> None:
    """Under training/ of the stage's store; a channel's prefix ends with a slash, so it takes no neighbour in."""
    asked = made(order=replace(ORDER, store="s3://bucket/"))
    urls = [channel["DataSource"]["S3DataSource"]["S3Uri"] for channel in asked["InputDataConfig"]]
    assert urls == [f"s3://bucket/{INPUTS.prefix}/{name}/" for name in ("recipe", "data")]
    others = (asked["OutputDataConfig"]["S3OutputPath"], asked["CheckpointConfig"]["S3Uri"])
    assert all(url.startswith("s3://bucket/training/") for url in (*urls, *others))


def test_only_the_same_work_goes_on_from_its_checkpoints() -> None:
    """The same command has the same; other options, tables or code have others."""
    uris = [
        asked["CheckpointConfig"]["S3Uri"]
        for asked in (
            made(),
            made(),
            made(order=replace(ORDER, promote=False)),
            made(replace(PLACE, image="another")),
            request("a", PLACE, ORDER, Inputs("training/inputs/b", "b"), {}),
        )
    ]
    assert uris[0] == uris[1]
    assert len(set(uris)) == 4


def test_a_job_has_as_many_threads_as_a_training_here() -> None:
    """Those variables, and no other: no secret of this machine goes there."""
    asked = made(OMP_NUM_THREADS="1", MKL_NUM_THREADS="", AWS_SECRET_ACCESS_KEY="secret")
    assert asked["Environment"] == {"OMP_NUM_THREADS": "1"}


@pytest.mark.parametrize("recipe", ["orders", "Orders of 2026!", "--", "\u0437\u0430\u043a", "x" * 99])
@pytest.mark.parametrize("stage", ["dev", "a" * 16])
def test_a_name_is_one(stage: str, recipe: str) -> None:
    """Whatever the recipe is called, SageMaker takes it, the role may log under it, and no two are the same."""
    names = {new_name(stage, recipe) for _ in range(20)}
    shape: Any = model()
    assert len(names) == 20
    for name in names:
        assert name.startswith(jobs_of(stage))
        assert [*wrong(name, shape.members["TrainingJobName"], "name")] == []


@pytest.mark.parametrize("without", [name for name in OUTPUTS if name.startswith("Training")])
def test_a_stage_without_an_image_says_what_to_do(without: str) -> None:
    """A stack that lacks an output is to be deployed again."""
    outputs = {name: value for name, value in OUTPUTS.items() if name != without}
    with pytest.raises(StageError, match=f"no output {without}: .*make deploy STAGE=dev"):
        Place.of(Stack("dev", "warmstart-dev-training", "CREATE_COMPLETE", outputs))
