"""A family's handler, started in this process."""

from warmstart.lambda_handler import Handler, start
from warmstart.scorer import Scorer


def serve(*scorers: type[Scorer]) -> Handler:
    """Start with these scorers, as a family's `handler.py` does."""
    with start() as serving:
        return serving(*scorers)
