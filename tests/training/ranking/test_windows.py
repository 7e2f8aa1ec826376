"""What a ranker learns from comes before what it has to tell."""

import numpy as np
import pytest

from tests.training.datasets import DAY, checkerboard, fashions, tables
from training.interactions import Events, Interactions
from training.ranking import windows as cutting
from training.ranking.windows import Window, windows_of
from warmstart.errors import DataError


def of(interactions: Interactions, labels: str = "window", count: int = 3, days: float = 7) -> list[Window]:
    """Cut with the same draws each time."""
    return windows_of(interactions, labels, windows=count, days=days, rng=np.random.default_rng(0))  # type: ignore[arg-type]


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


@pytest.mark.parametrize("labels", ["window", "last", "share"])
def test_a_planted_leak_is_caught(weekly: Interactions, labels: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where candidates come from what they are to tell, there is no window."""
    honest = cutting._cuts

    def leaking(*given: object) -> object:
        for cut in honest(*given):  # type: ignore[arg-type]
            planted = cut.earlier.copy()
            planted[np.flatnonzero(cut.right)[0]] = True
            yield cut._replace(earlier=planted)

    monkeypatch.setattr(cutting, "_cuts", leaking)
    with pytest.raises(ValueError, match="came before"):
        of(weekly, labels)


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


def test_nothing_before_any_cut_is_an_error() -> None:
    """A table of one day has no window."""
    with pytest.raises(DataError, match="nothing to train a ranker on"):
        of(Events.of(tables([1, 1, 2], [1, 2, 1], times=[DAY, DAY + 1, DAY + 2])).interactions())
