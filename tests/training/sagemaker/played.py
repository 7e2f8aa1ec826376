"""Plays SageMaker: takes a request out of the server that plays AWS, makes /opt/ml of it, and runs the container."""

import sys
from contextlib import redirect_stdout
from pathlib import Path

from tests.training.deployed.stages import JOBS_LOG, aws_client, write_log
from tests.training.sagemaker.tree import Tree
from training.sagemaker.entry import train


def play(name: str, root: Path) -> int:
    """Run a job that was ordered; return its container's exit code."""
    asked = aws_client("sagemaker").describe_training_job(TrainingJobName=name)
    tree = Tree(root)
    tree.write("hyperparameters", asked["HyperParameters"])
    for channel in asked["InputDataConfig"]:
        _bring(channel["DataSource"]["S3DataSource"]["S3Uri"], tree.channel(channel["ChannelName"]))
    with redirect_stdout(sys.stderr):  # what a container says is not this process's answer
        return train(root, {"TRAINING_JOB_NAME": name, "TRAINING_JOB_ARN": asked["TrainingJobArn"]})


def log(name: str, *lines: str) -> None:
    """Write what a job's container has said, as SageMaker does."""
    made = aws_client("sagemaker").describe_training_job(TrainingJobName=name)["CreationTime"]
    write_log(JOBS_LOG, f"{name}/algo-1-1764497700", made, *lines)


def _bring(url: str, folder: Path) -> None:
    """Bring the objects under a prefix into a folder, under the rest of their keys."""
    bucket, _, prefix = url.removeprefix("s3://").partition("/")
    s3 = aws_client("s3")
    for found in s3.list_objects_v2(Bucket=bucket, Prefix=prefix)["Contents"]:
        path = folder / found["Key"].removeprefix(prefix)
        path.parent.mkdir(parents=True, exist_ok=True)
        s3.download_file(bucket, found["Key"], str(path))
