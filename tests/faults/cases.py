"""All cases, in the order of the rows."""

from tests.faults import (
    cases_bodies,
    cases_catalogue,
    cases_content,
    cases_files,
    cases_graphs,
    cases_limits,
    cases_paths,
    cases_publishers,
    cases_store,
    cases_tokens,
    cases_training,
    cases_versions,
)
from tests.faults.case import Case
from tests.faults.rows import ROWS

SUBJECTS = (
    cases_bodies,
    cases_paths,
    cases_tokens,
    cases_store,
    cases_files,
    cases_content,
    cases_graphs,
    cases_publishers,
    cases_versions,
    cases_limits,
    cases_catalogue,
    cases_training,
)
_PLACES = [*ROWS]
CASES: list[Case] = sorted((case for subject in SUBJECTS for case in subject.CASES), key=lambda c: _PLACES.index(c.row))
