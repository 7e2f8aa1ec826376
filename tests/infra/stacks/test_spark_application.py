"""Spark on AWS: what its jobs may do, how large they can be, and that it costs nothing while there are none."""

import pytest

from infra.spark import DRIVER, EXECUTOR, GB_PER_VCPU, LEAST_VCPU, OVERHEAD, RELEASE, executors
from infra.stacks.artifacts import ArtifactsStack
from infra.stacks.training import TrainingStack
from tests.infra.stacks.synthesis import a_stage, an_app, template_of
from tests.infra.stacks.template import Template, text

BUCKET = "}"  # of what another stack exports, a key follows


def made(**settings: object) -> Template:
    """The training stack of a stage."""
    app = an_app()
    store = ArtifactsStack(app, "Artifacts").bucket
    return template_of(TrainingStack(app, "Training", stage=a_stage(**settings), bucket=store))


@pytest.fixture(scope="module")
def spark() -> Template:
    """One with Spark, which reads tables of another bucket."""
    return made(spark=True, spark_max_vcpu=48, spark_disk_gb=50, spark_reads=["s3://lake/orders/"])


def granted(template: Template) -> set[tuple[str, str]]:
    """What the role of Spark's jobs may do to what."""
    return {(action, key) for role, action, key in template.grants() if role.startswith("Spark")}


def test_it_is_there_where_a_stage_wants_it() -> None:
    """By default no application, role, image or log of it exists."""
    bare = made()
    assert not bare.all("EMRServerless::Application")
    assert not bare.all("Logs::LogGroup")
    assert len(bare.all("IAM::Role")) == 1
    assert not [name for name in bare.outputs if name.startswith("Spark")]


def test_idle_it_costs_nothing(spark: Template) -> None:
    """No capacity waits for jobs; it starts with one and stops after the last."""
    application = spark.one("EMRServerless::Application")
    assert "InitialCapacity" not in application
    assert application["AutoStartConfiguration"] == {"Enabled": True}
    assert application["AutoStopConfiguration"] == {"Enabled": True, "IdleTimeoutMinutes": 5}


def test_it_is_the_release_that_is_tested_with(spark: Template) -> None:
    """Of x86_64, in the project's own image."""
    application = spark.one("EMRServerless::Application")
    assert (application["ReleaseLabel"], application["Type"]) == (RELEASE, "SPARK")
    assert application["Architecture"] == "X86_64"
    assert "cdk-" in text(application["ImageConfiguration"]["ImageUri"])


def test_it_grows_no_larger_than_a_stage_says(spark: Template) -> None:
    """The driver and ten workers, each with its memory and disk."""
    assert executors(48) == 10
    capacity = spark.one("EMRServerless::Application")["MaximumCapacity"]
    assert capacity == {"Cpu": "48 vCPU", "Memory": "384 GB", "Disk": "550 GB"}


@pytest.mark.parametrize("vcpu", [LEAST_VCPU, 48, 4000])
def test_what_a_job_asks_for_fits(vcpu: int) -> None:
    """Workers of sizes that there are, and as many as the limits allow."""
    most_gb = {4: 30, 8: 60}  # of AWS's table
    sizes = {worker: worker.java_gb * (1 + OVERHEAD) for worker in (DRIVER, EXECUTOR)}
    for worker, memory_gb in sizes.items():
        assert memory_gb <= most_gb[worker.vcpu]
    count = executors(vcpu)
    assert count >= 1
    assert DRIVER.vcpu + count * EXECUTOR.vcpu <= vcpu
    assert sizes[DRIVER] + count * sizes[EXECUTOR] <= vcpu * GB_PER_VCPU


def test_its_jobs_may_publish_and_touch_no_token(spark: Template) -> None:
    """What training may elsewhere, and reading the tables that the stage names."""
    objects = {(action, key.rpartition(BUCKET)[2]) for action, key in granted(spark) if action.startswith("s3:")}
    assert objects == {
        ("s3:ListBucket", ""),
        ("s3:ListBucket", ":s3:::lake"),
        ("s3:GetObject", ":s3:::lake/orders/*"),
        *(
            (f"s3:{verb}Object", f"/{prefix}/*")
            for verb in ("Get", "Put", "Delete")
            for prefix in ("models", "training")
        ),
    }


def test_its_jobs_read_no_token_whatever_a_stage_lets_them_read(spark: Template) -> None:
    """A stage may name the store's own bucket."""
    (denied,) = spark.grants("Deny")
    assert denied[1] == "s3:GetObject"
    assert denied[2].endswith("}/auth/tokens.json")


def test_its_jobs_may_write_their_log(spark: Template) -> None:
    """Into a group of the stage's own, which goes with it."""
    logs = {action: key for action, key in granted(spark) if action.startswith("logs:")}
    assert logs.keys() == {
        "logs:CreateLogStream",
        "logs:DescribeLogGroups",
        "logs:DescribeLogStreams",
        "logs:PutLogEvents",
    }
    assert logs["logs:PutLogEvents"].startswith("{SparkLog")
    assert spark.one("Logs::LogGroup")["RetentionInDays"] == a_stage().log_days


def test_its_jobs_may_do_nothing_else(spark: Template) -> None:
    """EMR Serverless pulls the image itself, as the repository's policy lets it."""
    assert {action.partition(":")[0] for action, _ in granted(spark)} == {"s3", "logs"}


def test_emr_serverless_alone_takes_the_role(spark: Template) -> None:
    """And only for this account."""
    trusts = [role["AssumeRolePolicyDocument"]["Statement"][0] for role in spark.all("IAM::Role")]
    (trust,) = [trust for trust in trusts if trust["Principal"] == {"Service": "emr-serverless.amazonaws.com"}]
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}


def test_what_a_job_needs_is_said(spark: Template) -> None:
    """The application, who a job is, how large and how long, where its log is."""
    said = {name: text(output["Value"]) for name, output in spark.outputs.items() if name.startswith("Spark")}
    assert said.keys() == {
        "SparkApplication",
        "SparkDiskGb",
        "SparkHours",
        "SparkLogGroup",
        "SparkMaxVcpu",
        "SparkRoleArn",
    }
    assert (said["SparkMaxVcpu"], said["SparkHours"], said["SparkDiskGb"]) == ("48", "12", "50")
    assert said["SparkApplication"].endswith("ApplicationId}")
