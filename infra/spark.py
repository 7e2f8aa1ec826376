"""The Spark of EMR Serverless: its release, and the sizes of a job's workers.

https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/app-behavior.html has the sizes that there are.
"""

from typing import NamedTuple

RELEASE = "emr-spark-8.0.0"  # Spark 4.0.2, Java 17; Python 3.11, 3.12 and 3.13
OVERHEAD = 0.75  # beside each gigabyte of Java's, for Python: arrays, and the model that a worker ranks with
GB_PER_VCPU = 8  # no worker has more


class Worker(NamedTuple):
    """A worker's size."""

    vcpu: int
    java_gb: int


DRIVER = Worker(8, 32)  # has the arrays of an artifact whole; 56 of at most 60 GB
EXECUTOR = Worker(4, 16)  # 28 of at most 30 GB
LEAST_VCPU = DRIVER.vcpu + EXECUTOR.vcpu


def executors(vcpu: int) -> int:
    """How many there can be beside the driver."""
    return (vcpu - DRIVER.vcpu) // EXECUTOR.vcpu
