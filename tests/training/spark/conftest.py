"""A Spark session of two cores for all tests of Spark."""

import os
import shutil
from collections.abc import Iterator
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest

from training.spark.session import open_session

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

REQUIRED = os.environ.get("WARMSTART_SPARK") == "required"
SMALL = {  # what is planned for large tables costs more than it saves for small ones
    "spark.sql.shuffle.partitions": "2",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
}


@pytest.fixture(scope="session")
def spark() -> "Iterator[SparkSession]":
    """Start Spark, where there is one."""
    if not REQUIRED and (find_spec("pyspark") is None or shutil.which("java") is None):
        pytest.skip("needs Spark and Java 17: make setup-spark")
    with open_session("tests", "local[2]") as session:
        for key, value in SMALL.items():
            session.conf.set(key, value)
        yield session
