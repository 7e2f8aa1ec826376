"""What the fuzzing has found, so that it is looked for at every run."""

import pytest

from infra.local.function import Function, lambda_environment
from warmstart.errors import Invalid
from warmstart.schemas import OnTheFly, decode_body


@pytest.mark.parametrize("body", [b'{"k": "\xff"}', b'{"history": 7, "\xff": 1}', b'{"only": [true, "\xc3"]}'])
def test_a_wrong_field_before_bytes_that_are_no_text(body: bytes) -> None:
    """The first pass stops at the wrong type, the second cannot read the rest: 422, where it was a 500."""
    with pytest.raises(Invalid) as found:
        decode_body(body, OnTheFly)
    assert all(field.location[0] == "body" for field in found.value.fields)


def test_pulls_leave_no_memory_behind() -> None:
    """With an arena for each thread, and large buffers in it, glibc kept more of every pull; functions have neither."""
    function = Function("als", "handler", {}, memory_mb=128, timeout_s=1)
    environment = lambda_environment(function, "127.0.0.1:1")
    assert (environment["MALLOC_ARENA_MAX"], environment["MALLOC_MMAP_THRESHOLD_"]) == ("1", "16777216")
