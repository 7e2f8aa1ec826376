"""The list of cases is whole, and says what it means."""

from collections import Counter

from tests.faults.cases import CASES
from tests.faults.rows import ROWS


def test_every_row_has_a_case() -> None:
    """No kind of fault is forgotten, and no case belongs to none."""
    assert {case.row for case in CASES} == set(ROWS)


def test_no_two_cases_have_one_name() -> None:
    """A name in the document leads to one case."""
    assert [name for name, n in Counter((case.row, case.name) for case in CASES).items() if n > 1] == []
