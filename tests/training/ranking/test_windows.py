"""What a ranker learns from comes before what it has to tell."""

import numpy as np
import pytest

from tests.training.datasets import DAY, START, checkerboard, fashions, tables
from training.interactions import Events, Interactions
from training.ranking.item_table import item_features
from training.ranking.windows import Window, windows_of


def of(interactions: Interactions, labels: str = "window", count: int = 3, days: float = 7) -> list[Window]:
    """Cut with the same draws each time."""
    return [*windows_of(interactions, labels, windows=count, days=days, rng=np.random.default_rng(0))]  # type: ignore[arg-type]


@pytest.fixture
def weekly() -> Interactions:
    """Return eight weeks of fashions."""
    return Events.of(fashions()).interactions()


def test_each_window_is_later_than_all_that_its_candidates_come_from(weekly: Interactions) -> None:
    """The first stages see nothing of a window or of what follows it."""
    found = of(weekly)
    assert len(found) == 3
    assert weekly.timestamps is not None
    for number, window in enumerate(found):
        assert window.earlier.timestamps is not None
        assert window.since == weekly.timestamps.max() // DAY * DAY + DAY - (number + 1) * 7 * DAY
        assert window.earlier.timestamps.max() < window.since


def test_what_is_right_is_what_the_users_had_in_the_window(weekly: Interactions) -> None:
    """Every label is a pair of the window, in the rows of the earlier part."""
    window = of(weekly, count=1)[0]
    assert weekly.timestamps is not None
    inside = weekly.timestamps >= window.since
    had = {
        (user, item)
        for user, item in zip(weekly.users[inside], weekly.item_ids.external(weekly.items[inside]), strict=True)
    }
    for place, user in enumerate(window.users):
        for item in window.earlier.item_ids.external(window.had_by(place)):
            assert (user, item) in had


def test_a_planted_leak_is_caught(weekly: Interactions, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where first stages learn from a day of what they are to tell, there is no window."""
    honest = Interactions.before
    monkeypatch.setattr(Interactions, "before", lambda pairs, moment: honest(pairs, moment + DAY))
    with pytest.raises(ValueError, match="later than a cut is among what came before it"):
        of(weekly)


def test_a_label_among_what_came_before_is_caught() -> None:
    """A pair that is right and learnt from is a leak, whatever its time."""
    pairs = Events.of(tables([1, 1, 2], [1, 2, 1], times=[DAY, 2 * DAY, 3 * DAY])).interactions()
    had = np.zeros(1, np.int32)
    with pytest.raises(ValueError, match="what is right after a cut"):
        Window(pairs, had, np.array([0, 1]), had + 1)


def test_a_window_is_what_a_table_that_ends_at_its_cut_says() -> None:
    """Who buys again in the window bought before it too: that is no label, and counts as it did then."""
    users, items = [1, 1, 2, 2, 3, 1, 1, 3], [1, 2, 1, 3, 1, 1, 3, 1]
    times = [0, 1, 2, 3, 3, 9, 10, 8]  # days; 1 and 3 buy item 1 again, 1 has item 3 for the first time
    events = Events.of(tables(users, items, times=[START + day * DAY for day in times]))
    (window,) = of(events.interactions(), count=1, days=4)
    assert window.since is not None
    then = events.interactions(events.timestamps < window.since)  # type: ignore[operator] it has times
    assert window.earlier.popularity.tolist() == then.popularity.tolist() == [3, 1, 1]
    assert (item_features(window.earlier)[1] == item_features(then)[1]).all()
    assert [*window.earlier.user_ids.external(window.users)] == [1]
    assert [*window.earlier.item_ids.external(window.had_by(0))] == [3]


def test_a_cut_with_nothing_but_one_moment_before_it_is_no_window() -> None:
    """Times that tell nothing there would make other features than elsewhere."""
    rows = tables([1, 2, 1, 2], [1, 2, 2, 1], times=[START, START, START + 8 * DAY, START + 15 * DAY])
    found = of(Events.of(rows).interactions(), count=2)
    assert len(found) == 1


def test_an_event_of_the_window_among_the_earlier_ones_is_caught() -> None:
    """It need not be a label to be a leak: somebody else's event of the window tells what is in fashion."""
    pairs = Events.of(tables([1, 1, 2, 2], [1, 2, 1, 3], times=[DAY, 9 * DAY, 2 * DAY, 10 * DAY])).interactions()
    had = np.zeros(1, np.int32)
    with pytest.raises(ValueError, match="later than a cut"):
        Window(pairs.part(np.array([True, False, True, True])), had, np.array([0, 1]), had + 1, since=9 * DAY)


def test_the_last_of_each_user_is_right(weekly: Interactions) -> None:
    """With `last` every user with two items or more gives one label."""
    (window,) = of(weekly, "last")
    assert (np.diff(window.starts) == 1).all()
    assert window.since is None


def test_a_share_is_drawn_where_times_tell_nothing() -> None:
    """Without times a window becomes a share of the pairs, as many times as there are windows."""
    pairs = Events.of(checkerboard(timed=False)).interactions()
    found = of(pairs, count=2)
    assert len(found) == 2
    for window in found:
        assert len(window.items) + len(window.earlier.items) == len(pairs.items)
    assert len(found[0].items) != len(found[1].items)


def test_a_table_of_one_day_has_no_window() -> None:
    """Nothing comes before any cut."""
    assert of(Events.of(tables([1, 1, 2], [1, 2, 1], times=[DAY, DAY + 1, DAY + 2])).interactions()) == []
