"""What the API answers is what `warmstart recommend` says of the same version."""

import csv
from typing import Any

import numpy as np
import pytest

from tests.e2e.emulated.conftest import Deployed

pytestmark = pytest.mark.slow

MODELS = ["popular", "als", "ease", "autoencoder", "two_stage"]  # one of each family
USERS = 200
HISTORIES = 50


@pytest.mark.parametrize("model", MODELS)
def test_users(deployed: Deployed, model: str) -> None:
    """For 200 users, a tenth of them unknown, lists, sources and scores are those of the command."""
    known = sorted(_column(deployed, "interactions.csv", "user_id"))
    users = [str(user) for user in (*known[: USERS - USERS // 10], *range(10**9 - USERS // 10, 10**9))]
    said = deployed.warmstart("recommend", model, *users)
    for user, expected in zip(users, said["recommendations"], strict=True):
        answer = deployed.ask("GET", f"/reco/{model}/{user}?explain=true").json()
        assert answer["version"] == said["version"]
        assert_same(answer, expected)


@pytest.mark.parametrize("model", MODELS)
def test_histories(deployed: Deployed, model: str) -> None:
    """For 50 histories of people that nobody knows, too."""
    rng = np.random.default_rng(6)
    items = sorted(_column(deployed, "items.csv", "item_id"))
    histories = [rng.choice(items, rng.integers(1, 20), replace=False).tolist() for _ in range(HISTORIES)]
    options = [part for history in histories for part in ("--history", ",".join(map(str, history)))]
    said = deployed.warmstart("recommend", model, *options)
    for history, expected in zip(histories, said["recommendations"], strict=True):
        body = {"history": [{"item_id": item} for item in history]}
        assert_same(deployed.ask("POST", f"/reco/{model}?explain=true", json=body).json(), expected)


def _column(deployed: Deployed, table: str, name: str) -> set[int]:
    with (deployed.commands.folder / "data" / "kion" / table).open(encoding="utf-8") as lines:
        return {int(row[name]) for row in csv.DictReader(lines)}


def assert_same(answer: dict[str, Any], expected: dict[str, Any]) -> None:
    """Compare the API's answer with the command's."""
    assert answer["source"] == expected["source"]
    assert answer["items"] == [item["item_id"] for item in expected["items"]]
    scores = [detail["score"] for detail in answer["details"]]
    np.testing.assert_allclose(
        np.array(scores, float), np.array([item["score"] for item in expected["items"]], float), rtol=1e-5, atol=1e-5
    )
