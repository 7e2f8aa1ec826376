"""What jobs are called."""

import re
import secrets
from datetime import UTC, datetime

from infra import outputs

LETTERS = 15  # of what it is about that stand in a job's name: SageMaker takes 63 in all


def new_name(stage: str, about: str) -> str:
    """Return a name that no other job has.

    Args:
        stage: beside which it runs.
        about: a recipe's name, or a model's.
    """
    letters = re.sub(r"[^a-z0-9]+", "-", about.lower()).strip("-")[:LETTERS].strip("-")
    parts = (letters, f"{datetime.now(UTC):%Y%m%d-%H%M%S}", secrets.token_hex(2))
    return outputs.jobs_of(stage) + "-".join(part for part in parts if part)
