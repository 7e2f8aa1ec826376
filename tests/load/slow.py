"""The lists family's function, but slow; one user hangs it and one kills it."""

import os
import time
from typing import Any

from functions.lists.handler import handler as lists
from tests.endurance.mix import DIES, HANGS

SECONDS = 0.05  # for each request


def handler(event: Any, context: Any) -> dict[str, Any]:
    """Answer as the family does, after a while."""
    if str(event["path"]).endswith(str(DIES)):
        os._exit(1)
    time.sleep(60 if str(event["path"]).endswith(str(HANGS)) else SECONDS)
    return lists(event, context)
