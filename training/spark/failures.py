"""What Spark could not do, told as our own error."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from warmstart.errors import DataError

_CAUSE = re.compile(r"^(?:Caused by: |: )?[\w.$]+(?:Exception|Error): (.+)$", re.MULTILINE)
_OURS = re.compile(r"^warmstart\.errors\.\w+: (.+)$", re.MULTILINE)  # raised on an executor
_NANOSECONDS = "(NANOS,"  # in the name of a Parquet type
_LOST = "Python worker exited unexpectedly"  # as Spark says it


@contextmanager
def told(what: str) -> Iterator[None]:
    """Raise DataError, with the innermost cause on one line, for what Spark fails at."""
    from py4j.protocol import Py4JError  # noqa: PLC0415 they are there only where Spark is
    from pyspark.errors import PySparkException  # noqa: PLC0415

    try:
        yield
    except (PySparkException, Py4JError) as error:
        raise DataError(f"{what}: {_reason(error)}") from error


def _reason(error: Exception) -> str:
    text = str(error)
    if _LOST in text:
        return "its Python was killed, as happens where memory runs out: give it more memory, or fewer cores"
    if _NANOSECONDS in text:
        return "its times are in nanoseconds, which Spark does not read: write microseconds (pandas: coerce_timestamps)"
    causes = _OURS.findall(text) or _CAUSE.findall(text)
    return causes[-1] if causes else next(iter(text.splitlines()), type(error).__name__)
