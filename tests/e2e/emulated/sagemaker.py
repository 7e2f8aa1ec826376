"""Plays SageMaker in ministack, which has none: a training job is a container over a real /opt/ml.

The state machine's `createTrainingJob.sync` comes here with the request; the very image runs with the credentials of
the job's role, the channels come out of S3, and a failure is told as SageMaker tells it. Nothing is spot or stopped.
"""

import json
import os
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import boto3
from ministack.core.lambda_runtime import execution_credentials
from ministack.services import stepfunctions

RESOURCE = "arn:aws:states:::sagemaker:createTrainingJob"
FAILURE = "output/failure"


def install() -> None:
    """Let state machines make training jobs."""
    stepfunctions._SERVICE_DISPATCH[RESOURCE] = create_training_job


def create_training_job(_: str, request: Mapping[str, Any]) -> dict[str, Any]:
    """Run a job to its end and describe it; a job that fails fails the task."""
    name = request["TrainingJobName"]
    arn = f"arn:aws:sagemaker:{os.environ['MINISTACK_REGION']}:{os.environ['MINISTACK_ACCOUNT_ID']}:training-job/{name}"
    credentials = _credentials(request["RoleArn"])
    with tempfile.TemporaryDirectory(prefix="sagemaker-") as folder:
        root = Path(folder)
        _write(root, request, credentials)
        told = {"TRAINING_JOB_NAME": name, "TRAINING_JOB_ARN": arn, **request.get("Environment", {}), **credentials}
        code = _run(root, request["AlgorithmSpecification"]["TrainingImage"], told)
        failure = (root / FAILURE).read_text() if (root / FAILURE).exists() else f"ExitCode {code}"
    described = {"TrainingJobName": name, "TrainingJobArn": arn, "TrainingJobStatus": "Completed"}
    if code:
        described |= {"TrainingJobStatus": "Failed", "FailureReason": f"AlgorithmError: {failure}"}
        raise stepfunctions._ExecutionError("States.TaskFailed", json.dumps(described))
    return described


def _credentials(role: str) -> dict[str, str]:
    """Return those of a role, as a function of this role would get them."""
    account, region = os.environ["MINISTACK_ACCOUNT_ID"], os.environ["MINISTACK_REGION"]
    function = f"arn:aws:lambda:{region}:{account}:function:sagemaker"
    return {
        **execution_credentials({"Role": role, "FunctionName": "sagemaker", "FunctionArn": function}),
        "AWS_ENDPOINT_URL": os.environ["AWS_ENDPOINT_URL"],
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
    }


def _write(root: Path, request: Mapping[str, Any], credentials: Mapping[str, str]) -> None:
    """Write the files of input/config and bring the channels."""
    config = root / "input" / "config"
    for folder in (config, root / "model", root / "output", root / "checkpoints"):
        folder.mkdir(parents=True)
    channels = {channel["ChannelName"]: {"TrainingInputMode": "File"} for channel in request["InputDataConfig"]}
    files = {
        "hyperparameters": request["HyperParameters"],
        "inputdataconfig": channels,
        "resourceconfig": {"current_host": "algo-1", "hosts": ["algo-1"]},
    }
    for name, value in files.items():
        (config / f"{name}.json").write_text(json.dumps(value))
    for channel in request["InputDataConfig"]:
        folder = root / "input" / "data" / channel["ChannelName"]
        _bring(channel["DataSource"]["S3DataSource"]["S3Uri"], folder, credentials)


def _bring(url: str, folder: Path, credentials: Mapping[str, str]) -> None:
    """Bring the objects under a prefix, as the job's role may read them."""
    bucket, _, prefix = url.removeprefix("s3://").partition("/")
    keys = {f"aws_{name}": credentials[f"AWS_{name.upper()}"] for name in ("access_key_id", "secret_access_key")}
    token = credentials["AWS_SESSION_TOKEN"]
    s3 = boto3.client("s3", endpoint_url=credentials["AWS_ENDPOINT_URL"], aws_session_token=token, **keys)
    for found in s3.list_objects_v2(Bucket=bucket, Prefix=prefix)["Contents"]:
        path = folder / found["Key"].removeprefix(prefix)
        path.parent.mkdir(parents=True, exist_ok=True)
        s3.download_file(bucket, found["Key"], str(path))


def _run(root: Path, image: str, environment: Mapping[str, str]) -> int:
    variables = [f"--env={name}={value}" for name, value in environment.items()]
    command = ["docker", "run", "--rm", f"--volume={root}:/opt/ml", *variables, image, "train"]
    return subprocess.run(command, check=False).returncode
