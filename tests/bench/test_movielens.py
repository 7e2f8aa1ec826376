"""The training that benchmarks watch."""

from tests.bench.movielens import _watched
from tests.bench.stopwatch import Stopwatch


def test_every_part_that_is_watched_is_there() -> None:
    """A function that moved is missed here, not in a run of minutes."""
    from training import cut

    watch, split = Stopwatch(), cut.split
    with _watched(watch):
        assert cut.split is not split
    assert cut.split is split
