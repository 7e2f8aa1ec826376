"""What frameworks are given in tests, and what stands in recbole's place."""

import os
import sys
from pathlib import Path

import pytest

from tests.training.datasets import checkerboard
from training.evaluation.splits import split
from training.evaluation.truth import Truth, truth_of
from training.frameworks.learning import Learning
from training.frameworks.recbole_run import OWN, Environment
from training.interactions import Events
from training.recipe import Fold

STAND_IN = Environment(Path(sys.executable), Path(__file__).with_name("stand_in.py"))
REQUIRED = os.environ.get("WARMSTART_RECBOLE") == "required"
needs_recbole = pytest.mark.skipif(
    not OWN.python.is_file() and not REQUIRED, reason="recbole has an environment of its own: make setup-recbole"
)


def board() -> tuple[Learning, Truth]:
    """Return the checkerboard without each user's last, and those."""
    events = Events.of(checkerboard())
    learn, test = split(events, Fold("leave_last_out"))
    truth = truth_of(events, test)
    return Learning.of(events.interactions(learn), truth.users, 7), truth
