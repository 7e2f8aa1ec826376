"""What would not fit is refused before anything of it is made."""

from typing import Any

import pytest
import torch

from tests.training.neural.given import SMALL, fitted, some
from training import memory
from training.neural import size
from training.neural.size import ROOM, refuse_too_large, weights_of
from warmstart.errors import DataError


@pytest.mark.parametrize("name", SMALL)
def test_more_than_memory_is_refused(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the model and how many items there are."""
    monkeypatch.setattr(memory, "available", lambda: 1_000)
    with pytest.raises(DataError, match=f"{name} with 20 items and .* GB of memory"):
        fitted(name, some())


@pytest.mark.parametrize(
    ("name", "own"),
    [
        ("dssm", {"hidden": 5_000}),
        ("autoencoder", {"hidden": 2_200}),
        ("autoencoder", {"architecture": "plain", "hidden": 9_000, "factors": 1_000}),
        ("sasrec", {"factors": 1_100, "blocks": 3}),
    ],
)
def test_a_file_that_serving_would_not_take_is_refused(name: str, own: dict[str, Any]) -> None:
    """Before it is learnt."""
    with pytest.raises(DataError, match=rf"{name} with 20 items .* file of [\d,]+ MiB, and 64 are served"):
        fitted(name, some(), **own)


@pytest.mark.parametrize("name", SMALL)
def test_a_file_is_as_large_as_was_foreseen(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its weights, and less than ROOM beside them."""
    foreseen: list[int] = []
    refuse = size.refuse_too_large

    def noted(make: Any, serves: Any, computed: int, what: str) -> None:
        foreseen.append(4 * serves(make()))
        refuse(make, serves, computed, what)

    module = {"dssm": "towers"}.get(name, name)
    monkeypatch.setattr(f"training.neural.{module}.refuse_too_large", noted)
    network = fitted(name, some(), epochs=1)
    assert 0 <= len(network.encoder_) - foreseen[0] < ROOM


def test_all_that_a_step_holds_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Weights four times, those that are not learnt once, and what is computed."""
    asked: list[int] = []
    monkeypatch.setattr(size, "refuse_over", lambda needed, _: asked.append(needed))

    def make() -> torch.nn.Module:
        two = torch.nn.ModuleList([torch.nn.Linear(3, 2), torch.nn.Linear(3, 2)])
        two[1].requires_grad_(requires_grad=False)
        return two

    refuse_too_large(make, weights_of, 100, "it")
    assert asked == [4 * (4 * 8 + 8 + 3 * 100)]


def test_nothing_is_made_and_nothing_drawn() -> None:
    """A network of a terabyte is looked at in a moment, and the random state stays."""
    before = torch.random.get_rng_state()
    with pytest.raises(DataError, match="memory"):
        refuse_too_large(lambda: torch.nn.Embedding(10**9, 256), lambda _: 0, 0, "it")
    assert torch.equal(torch.random.get_rng_state(), before)
