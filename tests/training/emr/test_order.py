"""What a job's argument must be; anything else is named, and nothing is done."""

import pytest

from training.emr.order import read_order
from warmstart.errors import SettingsError


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ((), "no order"),
        (("{}",), "no order"),
        (("[1]",), "no order"),
        (("{", "}"), "no order"),
        (('{"train": 1}',), "no order"),
        (('{"train": {"job": "a"}}',), "no order"),
        (('{"tune": {}}',), "'tune' is neither train nor batch"),
        (('{"batch": {"job": "a", "store": "b", "lists": {"model": "als", "l": 1}}}',), "unexpected keyword.*'l'"),
        (('{"batch": {"job": "a", "lists": {"model": "als"}}}',), "missing.*'store'"),
        (
            ('{"train": {"job": "a", "inputs": "b", "interactions": "c", "models": {"store": "d", "promote": ""}}}',),
            "promote: '' is none of true, false",
        ),
    ],
)
def test_what_is_no_order_is_refused(arguments: tuple[str, ...], why: str) -> None:
    """A job that would do something else than was meant does nothing."""
    with pytest.raises(SettingsError, match=why):
        read_order(arguments)
