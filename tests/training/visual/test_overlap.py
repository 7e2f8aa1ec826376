"""How alike lists are."""

from collections.abc import Sequence

from training.visual.overlap import mean_of, overlaps_of
from training.visual.views import Item, ModelList, Overlap, Recommended


def made(model: str, items: Sequence[int]) -> ModelList:
    """Return a model's list of these items."""
    entries = tuple(Recommended(Item(item, None, (), 1), 1.0, "model", None, trend=False) for item in items)
    return ModelList(model, "v", "model", entries)


def test_each_pair_is_compared_once() -> None:
    """Shared items are counted, and divided by all items of the two lists."""
    found = overlaps_of([made("a", [1, 2, 3]), made("b", [3, 2, 9]), made("c", [7])])
    assert found == (Overlap(("a", "b"), 2, 0.5), Overlap(("a", "c"), 0, 0.0), Overlap(("b", "c"), 0, 0.0))


def test_empty_lists_have_nothing_in_common() -> None:
    """No division by zero, and one model has nobody to be compared with."""
    assert overlaps_of([made("a", []), made("b", [])]) == (Overlap(("a", "b"), 0, 0.0),)
    assert overlaps_of([made("a", [1])]) == ()


def test_the_mean_is_over_users() -> None:
    """Each pair's numbers are averaged."""
    one, two = overlaps_of([made("a", [1]), made("b", [1])]), overlaps_of([made("a", [1]), made("b", [2])])
    assert mean_of([one, two]) == (Overlap(("a", "b"), 0.5, 0.5),)
    assert mean_of([(), ()]) == ()
