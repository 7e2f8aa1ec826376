"""A session of Spark on two cores, the same one for all tests."""

import os
from collections.abc import Iterator
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


@pytest.fixture(scope="session")
def spark() -> "Iterator[SparkSession]":
    """Return it; skip where Spark is not installed."""
    if find_spec("pyspark") is None and os.environ.get("WARMSTART_SPARK") != "required":
        pytest.skip("no Spark: make setup-spark")
    from training.spark.session import open_session

    with open_session("tests", "local[2]") as session:
        yield session
