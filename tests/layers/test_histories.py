"""Histories as they are stored, and as they grow by what a request brings."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.layers.artifacts import COLD, LAST_EVENT, N_USERS, Spec, write_draft
from warmstart.artifact import Artifact
from warmstart.errors import Incompatible
from warmstart.histories import EMPTY, Event, Histories, History
from warmstart.ids import UNKNOWN

DAY = 86_400
PLAIN = Spec()
AFTER_TRAINING: dict[str, float] = {"origin": LAST_EVENT, "typical_weight": 1.0}


def opened(folder: Path, spec: Spec = PLAIN) -> Histories:
    """The histories of an artifact."""
    return Histories.load(Artifact.open(folder, write_draft(folder, spec)), N_USERS)


def stored(*days: float) -> History:
    """A history of rows 0, 1, ... with these days."""
    return History(np.arange(len(days), dtype=np.int32), np.ones(len(days), np.float32), np.array(days, np.float32))


def floats(values: NDArray[np.float32] | None) -> list[float] | None:
    """Values as a list, if there are any."""
    return None if values is None else values.tolist()


def test_a_stored_history_is_read(tmp_path: Path) -> None:
    """Rows oldest first, weights of one, ages before the newest of them."""
    found = opened(tmp_path).of(0)
    assert (found.rows.tolist(), found.weights.tolist()) == ([0, 2], [1, 1])
    assert (floats(found.days), floats(found.ages)) == ([-5, -1], [4, 0])


def test_weights_are_read_where_there_are_any(tmp_path: Path) -> None:
    """Stored weights stand for themselves."""
    weights = np.arange(10, dtype=np.float32)
    assert opened(tmp_path, Spec(arrays={"seen_weights": weights})).of(1).weights.tolist() == [2, 3]


def test_without_times_there_are_no_ages(tmp_path: Path) -> None:
    """A table without times makes histories without ages."""
    found = opened(tmp_path, Spec(times=False)).of(0)
    assert (found.days, found.ages) == (None, None)


@pytest.mark.parametrize("user", [UNKNOWN, COLD])
def test_nothing_is_known_of_some(tmp_path: Path, user: int) -> None:
    """Who is unknown, and who has had nothing, has an empty history."""
    found = opened(tmp_path).of(user)
    assert len(found.rows) == len(found.weights) == 0


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("seen_indptr", np.zeros(N_USERS, np.int64)),
        ("seen_indptr", np.zeros(N_USERS + 1, np.int32)),
        ("seen_indptr", np.zeros(N_USERS + 1, np.int64)),
        ("seen_indptr", np.array([0, 2, 4, 6, 8, 10, 11], np.int64)),
        ("seen_indptr", np.array([1, 2, 4, 6, 8, 10, 10], np.int64)),
        ("seen_rows", np.zeros(10, np.int64)),
        ("seen_ages", np.zeros(9, np.float32)),
        ("seen_weights", np.zeros(11, np.float32)),
    ],
)
def test_parts_that_do_not_fit_are_incompatible(tmp_path: Path, name: str, values: NDArray[np.float32]) -> None:
    """Arrays that disagree on how many there are of something are refused at load."""
    with pytest.raises(Incompatible):
        opened(tmp_path, Spec(arrays={name: values}))


def test_events_are_put_in_their_place_in_time() -> None:
    """A request's events stand among the stored ones by their time, weights with them."""
    events = [Event("a", 2.0, LAST_EVENT - 3 * DAY), Event("b", 3.0, LAST_EVENT + 2 * DAY)]
    found = stored(-5, -1).extended(events, [7, 8], **AFTER_TRAINING)
    assert found.rows.tolist() == [0, 7, 1, 8]
    assert found.weights.tolist() == [1, 2, 1, 3]
    assert (floats(found.days), floats(found.ages)) == ([-5, -3, -1, 2], [7, 5, 3, 0])


def test_an_event_without_a_time_is_the_newest() -> None:
    """It counts as new as the newest that has a time, and stands behind it."""
    found = stored(-5, -1).extended(
        [Event("a"), Event("b", timestamp=LAST_EVENT + DAY)], [7, 8], origin=LAST_EVENT, typical_weight=1.0
    )
    assert found.rows.tolist() == [0, 1, 7, 8]
    assert floats(found.ages) == [6, 2, 0, 0]


def test_events_without_times_follow_the_stored_ones() -> None:
    """Without any time of their own they are as new as the newest stored event."""
    found = stored(-5, -1).extended([Event("a"), Event("b")], [8, 7], **AFTER_TRAINING)
    assert (found.rows.tolist(), floats(found.ages)) == ([0, 1, 8, 7], [4, 0, 0, 0])


@pytest.mark.parametrize("origin", [LAST_EVENT, None])
def test_a_history_of_a_request_alone_has_ages(origin: float | None) -> None:
    """With nothing stored, ages are between the request's events, whether or not training had times."""
    events = [Event("a", timestamp=LAST_EVENT), Event("b", timestamp=LAST_EVENT - 3 * DAY)]
    found = EMPTY.extended(events, [4, 5], origin=origin, typical_weight=1.0)
    assert found.rows.tolist() == [5, 4]
    assert floats(found.ages) == pytest.approx([3, 0], abs=0.01)


def test_a_history_of_a_request_without_times_has_none() -> None:
    """Nothing stored and no times: the order is the request's, and no age is made up."""
    found = EMPTY.extended([Event("a"), Event("b")], [5, 4], **AFTER_TRAINING)
    assert (found.rows.tolist(), found.ages) == ([5, 4], None)


@pytest.mark.parametrize("years", [-3, 1])
def test_events_seconds_apart_are_put_in_their_order(years: int) -> None:
    """However far from the end of training they are."""
    then = LAST_EVENT + years * 365 * DAY
    events = [Event(str(place), timestamp=then - place) for place in range(4)]
    found = EMPTY.extended(events, [4, 5, 6, 7], **AFTER_TRAINING)
    assert found.rows.tolist() == [7, 6, 5, 4]
    assert found.days is not None
    assert found.days.dtype == np.float32


def test_times_do_not_help_where_the_stored_ones_have_none() -> None:
    """Stored events without times leave the whole history without."""
    without = History(np.array([3], np.int32), np.ones(1, np.float32), None)
    found = without.extended([Event("a", timestamp=LAST_EVENT)], [4], origin=None, typical_weight=1.0)
    assert (found.rows.tolist(), found.ages) == ([3, 4], None)


def test_a_person_without_events_who_brings_some(tmp_path: Path) -> None:
    """A known user with an empty stored history is as one who is unknown."""
    found = opened(tmp_path).of(COLD).extended([Event("a", timestamp=LAST_EVENT)], [4], **AFTER_TRAINING)
    assert (found.rows.tolist(), floats(found.ages)) == ([4], [0])


def test_an_event_without_a_weight_is_typical() -> None:
    """What a request does not weigh counts as a typical event of training."""
    found = EMPTY.extended([Event("a"), Event("b", 3.0)], [4, 5], origin=None, typical_weight=70.0)
    assert found.weights.tolist() == [70, 3]


def test_a_history_is_idle_since_its_newest_event() -> None:
    """Days to the last event of training, below 0 for what is newer; not known without times or events."""
    assert stored(-9, -2.5).idle == 2.5
    assert stored(-9, 3).idle == -3
    assert EMPTY.idle is None
    assert stored().idle is None
