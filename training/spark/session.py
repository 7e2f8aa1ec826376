"""A Spark session: the one that spark-submit has begun, or one on this machine."""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from training.memory import available
from warmstart.errors import DataError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

SUBMITTED = "PYSPARK_GATEWAY_PORT"  # spark-submit sets it for the Python that it starts
CHECKPOINTS = "spark.checkpoint.dir"
MIB = 2**20
LEAST_MEMORY = 1024 * MIB  # Spark refuses to start with less than half of it

# What is not the cluster's to say: rows go between Python and the JVM by Arrow, and times mean UTC on any machine.
EVERYWHERE = {
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.sql.session.timeZone": "UTC",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
    "spark.driver.maxResultSize": "0",  # the arrays of an artifact come to the driver whole
}
LOOPBACK = "127.0.0.1"
HERE = {
    "spark.driver.host": LOOPBACK,
    "spark.driver.bindAddress": LOOPBACK,
    "spark.ui.enabled": "false",
    "spark.log.level": "FATAL",  # what fails is raised, and told once
}
QUIET = """
rootLogger.level = fatal
rootLogger.appenderRef.stderr.ref = stderr
appender.stderr.type = Console
appender.stderr.name = stderr
appender.stderr.target = SYSTEM_ERR
appender.stderr.layout.type = PatternLayout
appender.stderr.layout.pattern = %p %c{1}: %m%n%ex
"""  # log4j2.properties: what Spark says before it reads `spark.log.level`, too


@contextmanager
def open_session(name: str, here: str = "local[*]") -> "Iterator[SparkSession]":
    """Give a session: under spark-submit its own, with its master; otherwise one on this machine.

    A session that this process has already is used, and stays. A cluster's has `spark.checkpoint.dir` set, to a place
    that all machines reach; on this machine it is a folder that goes with the session.

    Args:
        name: what Spark calls the application.
        here: the master where nothing was submitted: how many cores.

    Raises:
        DataError: there is no pyspark, or no Java that it can use, or a cluster without a place for checkpoints.
    """
    _refuse_without_spark()
    from pyspark.sql import SparkSession  # noqa: PLC0415 it is there only where somebody trains on Spark

    active = SparkSession.getActiveSession()
    if active is not None:
        yield active
        return
    with TemporaryDirectory(prefix="warmstart-spark-", ignore_cleanup_errors=True) as scratch:
        spark = _started(name, {} if SUBMITTED in os.environ else _here(here, Path(scratch)))
        try:
            if SUBMITTED in os.environ and not spark.conf.get(CHECKPOINTS, None):
                raise DataError(f"spark-submit needs --conf {CHECKPOINTS}=URL: a place that all machines reach")
            yield spark
        finally:
            with suppress(
                Exception
            ):  # of a call that was interrupted the answer still comes; Java ends with this process
                spark.stop()


def _refuse_without_spark() -> None:
    if find_spec("pyspark") is None:
        raise DataError("Spark is not installed: make setup-spark")
    if SUBMITTED in os.environ:
        return
    home = os.environ.get("JAVA_HOME")  # Spark looks nowhere else where it is set
    if home and not Path(home, "bin", "java").is_file():
        raise DataError(f"JAVA_HOME is {home}, where no bin/java is: set it to the folder of a Java 17, or unset it")
    if not home and shutil.which("java") is None:
        raise DataError("Spark needs Java 17, and here is none: apt-get install openjdk-17-jre-headless")


def _here(master: str, scratch: Path) -> dict[str, str]:
    """Return what a session on this machine needs: half of the memory that is left is the JVM's."""
    settings = scratch / "conf"
    settings.mkdir()
    (settings / "log4j2.properties").write_text(QUIET, encoding="utf8")
    os.environ.setdefault("SPARK_CONF_DIR", str(settings))
    os.environ.setdefault("SPARK_LOCAL_IP", LOOPBACK)
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # otherwise any python3 of the path
    memory = max(LEAST_MEMORY, (available() or 0) // 2)
    cores = os.cpu_count() or 1
    return {
        **HERE,
        "spark.master": master,
        "spark.driver.memory": f"{memory // MIB}m",
        "spark.sql.shuffle.partitions": str(2 * cores),
        "spark.default.parallelism": str(2 * cores),
        "spark.local.dir": str(scratch / "shuffles"),
        "spark.sql.warehouse.dir": str(scratch / "warehouse"),
        CHECKPOINTS: (scratch / "checkpoints").as_uri(),
    }


def _started(name: str, settings: dict[str, str]) -> "SparkSession":
    from pyspark.errors import PySparkRuntimeError  # noqa: PLC0415 as above
    from pyspark.sql import SparkSession  # noqa: PLC0415

    builder = SparkSession.builder.appName(name)
    for key, value in {**EVERYWHERE, **settings}.items():
        builder = builder.config(key, value)
    try:
        return builder.getOrCreate()
    except PySparkRuntimeError as error:
        raise DataError(f"Spark does not start: {error}. It needs Java 17 or newer; java -version tells") from error
