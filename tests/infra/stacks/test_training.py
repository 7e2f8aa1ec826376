"""Where training runs, beside nothing but the store: what its role may do, and what is left of it."""

import pytest

from infra.stacks.artifacts import ArtifactsStack
from infra.stacks.training import KEPT_IMAGES, TrainingStack
from tests.infra.stacks.synthesis import a_stage, an_app, template_of
from tests.infra.stacks.template import Template


@pytest.fixture(scope="module")
def training() -> Template:
    """The stack."""
    app = an_app()
    store = ArtifactsStack(app, "Artifacts").bucket
    return template_of(TrainingStack(app, "Training", stage=a_stage(log_days=14), bucket=store))


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


def test_it_may_pull_its_images_and_write_its_log(training: Template) -> None:
    """The rest of its rights, and that SageMaker alone takes the role."""
    others = {action for _, action, _ in training.grants() if not action.startswith("s3:")}
    assert others == {
        "ecr:BatchCheckLayerAvailability",
        "ecr:BatchGetImage",
        "ecr:GetAuthorizationToken",
        "ecr:GetDownloadUrlForLayer",
        "logs:CreateLogStream",
        "logs:PutLogEvents",
    }
    (trust,) = training.one("IAM::Role")["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "sagemaker.amazonaws.com"}


def test_images_are_scanned_and_few(training: Template) -> None:
    """A tag is never moved, a push is scanned, and only the newest are kept."""
    images = training.one("ECR::Repository")
    assert images["ImageTagMutability"] == "IMMUTABLE"
    assert images["ImageScanningConfiguration"] == {"ScanOnPush": True}
    assert f'"countNumber":{KEPT_IMAGES}' in images["LifecyclePolicy"]["LifecyclePolicyText"]
    assert images["EmptyOnDelete"]


def test_nothing_of_it_is_kept_or_stored(training: Template) -> None:
    """All of it can be taken down; the log is kept as long as the stage says."""
    assert training.one("Logs::LogGroup")["RetentionInDays"] == 14
    assert not training.all("S3::Bucket")
    assert "Retain" not in {resource.get("DeletionPolicy") for resource in training.resources.values()}


def test_what_a_job_needs_is_said(training: Template) -> None:
    """Who it is, where its images are, where its log is."""
    assert training.outputs.keys() == {"RoleArn", "ImagesUri", "LogGroup"}
