"""Where training runs, beside nothing but the store: what its role may do, its image, and what is left of it."""

from typing import Any

import pytest

from infra import outputs
from infra.constructs import project_image, spark_application
from infra.stacks.artifacts import ArtifactsStack
from infra.stacks.training import DOCKERFILE, JOBS_LOG, TrainingStack
from tests.infra.stacks.synthesis import a_stage, an_app, template_of
from tests.infra.stacks.template import Template, text


def made(**settings: Any) -> Template:
    """The stack of a stage."""
    app = an_app()
    store = ArtifactsStack(app, "Artifacts").bucket
    return template_of(TrainingStack(app, "Training", stage=a_stage(**settings), bucket=store))


@pytest.fixture(scope="module")
def training() -> Template:
    """The stack of a stage that trains on AWS."""
    return made(training_image="plain", training_instance="ml.c5.2xlarge", training_hours=2)


def test_it_may_publish_and_promote_and_touch_no_token(training: Template) -> None:
    """Objects under models/ and training/ alone, and the list of those."""
    objects = {(action, key.partition("}")[2]) for _, action, key in training.grants() if action.startswith("s3:")}
    assert objects == {
        ("s3:ListBucket", ""),
        *(
            (f"s3:{verb}Object", f"/{prefix}/*")
            for verb in ("Get", "Put", "Delete")
            for prefix in ("models", "training")
        ),
    }


def test_it_may_list_only_what_it_may_read(training: Template) -> None:
    """The right to list has the two prefixes as its condition."""
    statements = training.one("IAM::Policy")["PolicyDocument"]["Statement"]
    (listing,) = [statement for statement in statements if statement["Action"] == "s3:ListBucket"]
    assert listing["Condition"] == {"StringLike": {"s3:prefix": ["models/*", "training/*"]}}


def test_it_may_pull_its_image(training: Template) -> None:
    """From the repository that a deploy pushes it to, and from no other."""
    pulls = {(action, key) for _, action, key in training.grants() if action[:4] == "ecr:"}
    repositories = {repository for action, repository in pulls if action != "ecr:GetAuthorizationToken"}
    assert {action for action, _ in pulls} == {
        "ecr:BatchCheckLayerAvailability",
        "ecr:BatchGetImage",
        "ecr:GetAuthorizationToken",
        "ecr:GetDownloadUrlForLayer",
    }
    assert len(repositories) == 1
    assert "repository/cdk-" in repositories.pop()


def test_it_may_write_its_own_jobs_logs(training: Template) -> None:
    """The streams of jobs whose names begin with the stage's, in the group that SageMaker has for all."""
    logs = {(action, key.partition(":log-group:")[2]) for _, action, key in training.grants() if action[:5] == "logs:"}
    streams = f"{JOBS_LOG}:log-stream:warmstart-dev-*"
    assert logs == {
        ("logs:CreateLogStream", streams),
        ("logs:PutLogEvents", streams),
        ("logs:CreateLogGroup", f"{JOBS_LOG}:*"),
        ("logs:DescribeLogStreams", f"{JOBS_LOG}:*"),
    }
    assert outputs.jobs_of("dev") == "warmstart-dev-"


def test_it_may_count_in_one_namespace(training: Template) -> None:
    """SageMaker's own, of what the jobs' machines do."""
    statements = training.one("IAM::Policy")["PolicyDocument"]["Statement"]
    (counting,) = [statement for statement in statements if statement["Action"] == "cloudwatch:PutMetricData"]
    assert counting["Condition"] == {"StringEquals": {"cloudwatch:namespace": JOBS_LOG}}


def test_sagemaker_alone_takes_the_role(training: Template) -> None:
    """And only for this account."""
    (trust,) = training.one("IAM::Role")["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "sagemaker.amazonaws.com"}
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}


def test_what_a_job_needs_is_said(training: Template) -> None:
    """Who it is, what it runs, on what and how long, where its log is."""
    said = {name: output["Value"] for name, output in training.outputs.items()}
    assert said.keys() == {
        "LogGroup",
        "RoleArn",
        "TrainingDiskGb",
        "TrainingHours",
        "TrainingImage",
        "TrainingInstance",
        "TrainingSpot",
    }
    assert (said["LogGroup"], said["TrainingInstance"], said["TrainingSpot"]) == (JOBS_LOG, "ml.c5.2xlarge", "true")
    assert (said["TrainingHours"], said["TrainingDiskGb"]) == ("2", "30")


def test_without_an_image_none_is_built_or_pulled() -> None:
    """A stage that trains elsewhere has a role that pulls nothing, and says so by having no image."""
    training = made()
    assert training.outputs.keys() == {"LogGroup", "RoleArn"}
    assert not [action for _, action, _ in training.grants() if action.startswith("ecr:")]


def test_another_kind_of_image_is_another_image() -> None:
    """With PyTorch it is built of other requirements, so it bears another hash."""
    plain, neural = (made(training_image=kind).outputs["TrainingImage"]["Value"] for kind in ("plain", "neural"))
    assert text(plain) != text(neural)


def test_what_trains_is_in_it() -> None:
    """The Dockerfiles and every folder that they copy are there."""
    for path in (DOCKERFILE, spark_application.DOCKERFILE, *project_image.HELD):
        assert (project_image.ROOT / path).exists()


def test_nothing_of_it_is_kept_or_stored(training: Template) -> None:
    """All of it can be taken down."""
    assert not training.all("S3::Bucket")
    assert not training.all("ECR::Repository")
    assert "Retain" not in {resource.get("DeletionPolicy") for resource in training.resources.values()}
