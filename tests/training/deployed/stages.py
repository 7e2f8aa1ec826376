"""Deploys what the command reads of a stage: stacks with outputs, a bucket, usage plans, log groups."""

import json
import os
import subprocess
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import boto3
from moto.cloudformation.models import cloudformation_backends

from infra.plans import PLANS
from tests.e2e.conftest import Commands
from warmstart.store import Store, open_store

REGION = "eu-west-1"
ACCOUNT = "123456789012"
JOBS_LOG = "/aws/sagemaker/TrainingJobs"
SPARK = {
    "SparkRoleArn": f"arn:aws:iam::{ACCOUNT}:role/warmstart-dev-training-SparkRole1ABCC5F0-0A1b",
    "SparkMaxVcpu": "64",
    "SparkHours": "12",
    "SparkDiskGb": "100",
}
MOTOS_RELEASE = "emr-7.0.0"  # the server knows no emr-spark
KEYS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
GROUPS = {"Lists": "lists", "TwoStage": "two_stage", "Authorizer": "authorizer"}  # camel case: name of the function


def new_client(service: str) -> Any:
    """Return a client that a test may change."""
    make: Any = boto3.client
    return make(service, region_name=REGION)


@cache
def aws_client(service: str) -> Any:
    """Return the tests' client of the server that plays AWS, of which there is one in a run."""
    return new_client(service)


def write_log(group: str, stream: str, since: datetime, *lines: str) -> None:
    """Write lines into a new stream of a log group, which is made where there is none, from a second after a time."""
    logs: Any = aws_client("logs")
    if not logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]:
        logs.create_log_group(logGroupName=group)
    logs.create_log_stream(logGroupName=group, logStreamName=stream)
    at = int(since.timestamp() * 1000) + 1000
    events = [{"timestamp": at + number, "message": line} for number, line in enumerate(lines)]
    logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)


class AwsCommands(Commands):
    """Runs `warmstart` with credentials for the server that plays AWS."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        super().__init__(folder)
        self.environment = environment

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a command and return how it ended; an empty variable is as good as none."""
        return super().run(*arguments, **{**self.environment, **environment})


class DeployedStage:
    """A stage of its own for a test."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.bucket = f"warmstart-artifacts-{name}"
        self.url = f"https://api.example.org/{name}"
        self.plans: dict[str, str] = {}  # name -> id
        self.application = ""  # of Spark's jobs

    def deploy(self, part: str, without: str = "") -> None:
        """Make one of the stacks, perhaps without one of its outputs."""
        outputs = {"artifacts": self._artifacts, "serving": self._serving, "training": self._training}[part]()
        template = {
            "Resources": {"Something": {"Type": "AWS::SNS::Topic"}},
            "Outputs": {key: {"Value": value} for key, value in outputs.items() if key != without},
        }
        aws_client("cloudformation").create_stack(StackName=self.stack(part), TemplateBody=json.dumps(template))

    def stack(self, part: str) -> str:
        """Return the name of a stack."""
        return f"warmstart-{self.name}-{part}"

    def set_status(self, part: str, status: str) -> None:
        """Put a stack into a state that the server never comes into by itself."""
        stacks = cloudformation_backends[ACCOUNT][REGION].stacks.values()
        for stack in stacks:
            if stack.name == self.stack(part):
                stack.status = status

    def open(self) -> Store:
        """Return the stage's store."""
        return open_store(f"s3://{self.bucket}", endpoint=os.environ["AWS_ENDPOINT_URL"])

    def keys(self) -> dict[str, list[str]]:
        """Return the API keys of this stage by name, each with the plans that it is joined to."""
        gateway = aws_client("apigateway")
        found = gateway.get_api_keys(nameQuery=f"warmstart-{self.name}-")["items"]
        names = {plan: name for name, plan in self.plans.items()}
        joined = {key["id"]: gateway.get_usage_plans(keyId=key["id"])["items"] for key in found}
        return {key["name"]: [names[plan["id"]] for plan in joined[key["id"]]] for key in found}

    def log(self, function: str, *lines: tuple[int, str]) -> None:
        """Write log lines, each with its time in milliseconds."""
        logs, group = aws_client("logs"), self.group(function)
        if not logs.describe_log_streams(logGroupName=group)["logStreams"]:
            logs.create_log_stream(logGroupName=group, logStreamName="one")
        events = [{"timestamp": at, "message": line} for at, line in lines]
        logs.put_log_events(logGroupName=group, logStreamName="one", logEvents=events)

    def group(self, function: str) -> str:
        """Return a function's log group."""
        return f"/warmstart/{self.name}/{function}"

    def destroy(self) -> None:
        """Delete the stacks, for others' lists of what is deployed."""
        for part in ("artifacts", "serving", "training"):
            aws_client("cloudformation").delete_stack(StackName=self.stack(part))

    def _artifacts(self) -> dict[str, str]:
        aws_client("s3").create_bucket(Bucket=self.bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
        return {"StoreUrl": f"s3://{self.bucket}"}

    def _training(self) -> dict[str, str]:
        emr = aws_client("emr-serverless")
        self.application = emr.create_application(type="SPARK", releaseLabel=MOTOS_RELEASE, clientToken=self.name)[
            "applicationId"
        ]
        return {
            "SparkApplication": self.application,
            "SparkLogGroup": self.group("spark"),
            **SPARK,
            "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/warmstart-{self.name}-training-Role1ABCC5F0-0A1b",
            "LogGroup": JOBS_LOG,
            "TrainingImage": f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/cdk-assets:{'0a1b' * 16}",
            "TrainingInstance": "ml.m5.xlarge",
            "TrainingSpot": "true",
            "TrainingHours": "24",
            "TrainingDiskGb": "30",
            "RetrainingMachine": f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:Machine7ADC3CEC",
        }

    def _serving(self) -> dict[str, str]:
        gateway, logs = aws_client("apigateway"), aws_client("logs")
        for plan in PLANS:
            self.plans[plan] = gateway.create_usage_plan(name=f"{self.name}-{plan}")["id"]
        for function in GROUPS.values():
            logs.create_log_group(logGroupName=self.group(function))
        return {
            "ApiUrl": self.url,
            **{f"Plan{name.capitalize()}": plan for name, plan in self.plans.items()},
            **{f"LogGroup{camel}": self.group(function) for camel, function in GROUPS.items()},
        }
