"""What Spark could not do, told as our own error."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from py4j.protocol import Py4JError
from pyspark.errors import PySparkException

from warmstart.errors import DataError

_CAUSE = re.compile(r"^(?:Caused by: )?[\w.$]+(?:Exception|Error): (.+)$", re.MULTILINE)


@contextmanager
def told(what: str) -> Iterator[None]:
    """Raise DataError, with the innermost cause on one line, for what Spark fails at."""
    try:
        yield
    except (PySparkException, Py4JError) as error:
        raise DataError(f"{what}: {_reason(error)}") from error


def _reason(error: PySparkException | Py4JError) -> str:
    causes = _CAUSE.findall(str(error))
    return causes[-1] if causes else next(iter(str(error).splitlines()), type(error).__name__)
