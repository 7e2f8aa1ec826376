"""What is ordered is what the job reads; a text that means nothing is named."""

import pytest

from training.jobs.order import Order
from warmstart.errors import SettingsError

ORDERS = [
    Order(store="s3://bucket"),
    Order(store="s3://bucket/prefix", models="als, popular", on_bad_row="set-aside", promote=True),
]


@pytest.mark.parametrize("order", ORDERS, ids=["least", "all"])
def test_an_order_is_its_texts(order: Order) -> None:
    """Written and read, it is the same; every value is a text."""
    texts = order.to_texts()
    assert all(isinstance(text, str) for text in texts.values())
    assert Order.from_texts(texts) == order


@pytest.mark.parametrize(
    ("texts", "why"),
    [
        ({}, "no hyperparameter store"),
        ({"store": ""}, "no hyperparameter store"),
        ({"store": "a", "promot": "true"}, "unknown hyperparameter 'promot'"),
        ({"store": "a", "promote": "True"}, "promote: 'True' is none of true, false"),
        ({"store": "a", "promote": "yes"}, "promote: 'yes' is none of true, false"),
        ({"store": "a", "on_bad_row": "drop"}, "on_bad_row: 'drop' is none of refuse, set-aside"),
    ],
)
def test_a_senseless_text_is_named(texts: dict[str, str], why: str) -> None:
    """A job that would do something else than was meant does nothing."""
    with pytest.raises(SettingsError, match=why):
        Order.from_texts(texts)
