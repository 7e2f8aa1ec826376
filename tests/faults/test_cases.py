"""Every fault, as its case says."""

import pytest

from tests.faults.case import Case, NotHere, attempt
from tests.faults.cases import CASES
from tests.faults.world import World


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, id=f"{case.row}: {case.name}", marks=[pytest.mark.slow] if case.slow else [])
        for case in CASES
    ],
)
def test_fault(world: World, case: Case) -> None:
    """What is seen is what is expected."""
    try:
        seen = attempt(case, world)
    except NotHere as reason:
        pytest.skip(str(reason))
    assert seen.what == case.expected, seen.figures
