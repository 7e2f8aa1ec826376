"""NaN and infinities are found while a file streams by, however it is cut."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from safetensors.numpy import save

from warmstart.finite import FiniteCheck

FLOATS = [np.float16, np.float32, np.float64]
BAD = [np.nan, np.inf, -np.inf]


def checked(data: bytes, cuts: list[int]) -> str | None:
    """What the check finds in these bytes when they come in pieces."""
    check = FiniteCheck(len(data))
    places = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    for start, stop in pairwise(places):
        check.feed(data[start:stop])
    return check.found_in


@given(
    dtype=st.sampled_from(FLOATS),
    sizes=st.lists(st.integers(0, 9), min_size=1, max_size=4),
    bad=st.none() | st.tuples(st.integers(0), st.integers(0), st.sampled_from(BAD)),
    cuts=st.lists(st.integers(0, 2**16), max_size=12),
)
def test_any_cut_finds_what_is_there(
    dtype: type[np.floating[Any]], sizes: list[int], bad: tuple[int, int, float] | None, cuts: list[int]
) -> None:
    """In whatever pieces the file comes, the array with a bad value is named if and only if there is one."""
    arrays: dict[str, NDArray[Any]] = {f"x{n}": np.ones(size, dtype) for n, size in enumerate(sizes)}
    arrays["bytes"] = np.full(5, 255, np.uint8)  # all ones: a NaN where it is taken for floats
    expected = None
    if bad is not None and sizes[bad[0] % len(sizes)]:
        expected = f"x{bad[0] % len(sizes)}"
        arrays[expected][bad[1] % len(arrays[expected])] = bad[2]
    assert checked(save(arrays), cuts) == expected


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("value", BAD)
@pytest.mark.parametrize("place", [0, 1, 2, 3, 4])
def test_single_bytes_find_it(dtype: type[np.floating[Any]], value: float, place: int) -> None:
    """Byte by byte, each kind of bad value is found at each place of each type."""
    values = np.zeros(5, dtype)
    values[place] = value
    data = save({"x": values, "y": np.zeros(3, np.int64)})
    assert checked(data, list(range(len(data)))) == "x"


def test_integers_are_never_bad() -> None:
    """All bits set is a number where numbers are integers."""
    data = save({"x": np.full(64, -1, np.int64), "y": np.full(64, 2**64 - 1, np.uint64)})
    assert checked(data, []) is None


def test_the_first_bad_array_is_named() -> None:
    """One name is enough, and it is that of the array that came first."""
    data = save({"a": np.full(4, np.nan, np.float32), "b": np.full(4, np.nan, np.float32)})
    assert checked(data, [100]) == "a"


@given(st.binary(max_size=300), st.lists(st.integers(0, 300), max_size=8))
def test_garbage_is_left_to_the_hash(data: bytes, cuts: list[int]) -> None:
    """What has no proper header raises nothing and finds nothing."""
    assert checked(data, cuts) is None


def test_the_largest_and_smallest_numbers_are_finite() -> None:
    """The limits of a type are numbers."""
    limits = np.finfo(np.float32)
    assert checked(save({"x": np.array([limits.max, limits.min, limits.tiny, -0.0], np.float32)}), [70]) is None
