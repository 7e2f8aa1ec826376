"""The steps of a walk."""

import numpy as np
import pytest

from tests.training.datasets import DAY, tables
from tests.training.evaluation.fashion import FIRST, WALK, fashion
from training.evaluation.steps import HOUR, NoSteps, WalkPlan, before, learnt_from, steps_of
from training.interactions import Events
from warmstart.errors import DataError


def pairs(events: Events, mask: np.ndarray) -> set[tuple[int, int]]:  # type: ignore[type-arg]
    """Return users and items of some events."""
    return set(zip(events.users[mask].tolist(), events.items[mask].tolist(), strict=True))


def test_a_walk_covers_the_last_whole_days() -> None:
    """It ends with the day of the last event, and ages are days from where it starts."""
    steps, empty = steps_of(Events.of(fashion()), WalkPlan(WALK, DAY))
    assert [step.start for step in steps] == [FIRST + day * DAY for day in (22, 23, 24, 25)]
    assert [step.end for step in steps] == [FIRST + day * DAY for day in (23, 24, 25, 26)]
    assert ([step.age for step in steps], empty) == ([0.0, 1.0, 2.0, 3.0], ())


def test_the_last_step_may_be_shorter() -> None:
    """A step need not divide the walk, and may be of hours; here all happens when a day begins."""
    steps, _ = steps_of(Events.of(fashion()), WalkPlan(3 * DAY, 2 * DAY))
    assert [((step.end - step.start) // DAY, step.rows) for step in steps] == [(2, 240), (1, 120)]
    steps, empty = steps_of(Events.of(fashion()), WalkPlan(2 * DAY, 32 * HOUR))
    assert ([step.rows for step in steps], empty) == ([240], ("2023-12-10T08:00",))


def test_a_step_is_measured_on_what_was_not_had_before() -> None:
    """Its pairs are new to their users, of users and items known at the fit, and all of the step's own time."""
    events = Events.of(fashion())
    plan = WalkPlan(WALK, DAY)
    learn = pairs(events, learnt_from(events, plan))
    users, items = ({pair[place] for pair in learn} for place in (0, 1))
    times = events.timestamps
    assert times is not None
    for step in steps_of(events, plan)[0]:
        right = set(
            zip(np.repeat(step.truth.users, step.truth.counts).tolist(), step.truth.items.tolist(), strict=True)
        )
        assert right <= pairs(events, (times >= step.start) & (times < step.end))
        assert right.isdisjoint(pairs(events, before(events, step)))
        assert {user for user, _ in right} <= users
        assert {item for _, item in right} <= items


def test_what_came_between_fit_and_step_is_had_but_not_learnt() -> None:
    """An item that first occurs in the walk is no right answer later, and one had in an earlier step is none either."""
    table = tables(
        [1, 2, 1, 1, 2, 2], [10, 11, 11, 12, 12, 10], times=[FIRST + day * DAY for day in (0, 0, 1, 1, 2, 2)]
    )
    steps, empty = steps_of(Events.of(table), WalkPlan(2 * DAY, DAY))
    assert [[*step.truth.user_ids] for step in steps] == [[1], [2]]
    assert [step.truth.items.tolist() for step in steps] == [[1], [0]]
    assert empty == ()


def test_a_step_without_anybody_is_left_out() -> None:
    """Its day is named; the ages of the others count it."""
    table = tables([1, 2, 1, 2], [10, 11, 11, 10], times=[FIRST, FIRST, FIRST + DAY, FIRST + 3 * DAY])
    steps, empty = steps_of(Events.of(table), WalkPlan(3 * DAY, DAY))
    assert [step.age for step in steps] == [0.0, 2.0]
    assert empty == ("2023-11-17",)


@pytest.mark.parametrize(
    ("length", "step", "says"),
    [
        (DAY, 2 * DAY, "at most as long as the walk"),
        (DAY, HOUR - 1, "at least an hour"),
        (101 * HOUR, HOUR, "101 steps"),
    ],
)
def test_an_impossible_plan_is_refused(length: int, step: int, says: str) -> None:
    """A step longer than the walk, one shorter than an hour, more than a hundred steps."""
    with pytest.raises(DataError, match=says):
        WalkPlan(length, step)


def test_a_walk_needs_a_past_people_and_times() -> None:
    """What is missing is said, with the day on which the table begins."""
    events, times = Events.of(fashion()), [FIRST, FIRST + DAY]
    with pytest.raises(NoSteps, match="begin on 2023-11-15"):
        steps_of(events, WalkPlan(30 * DAY, DAY))
    with pytest.raises(NoSteps, match="anybody to measure on"):
        steps_of(Events.of(tables([1, 2], [10, 11], times=times)), WalkPlan(DAY, DAY))
    with pytest.raises(DataError, match="needs timestamps"):
        steps_of(Events.of(tables([1, 2], [10, 11])), WalkPlan(DAY, DAY))
