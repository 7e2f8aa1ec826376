"""The lists family serves what another model has made, as the model `two_stage_offline`."""

import asyncio
from pathlib import Path

import httpx
import pytest

import functions.lists
from functions.lists.ready_lists_scorer import ReadyListsScorer
from functions.lists.scorer import ListsScorer
from tests.training.datasets import SIZE, checkerboard, recipe
from training.batch import Batch
from training.recipe import ModelSection
from training.scorers import open_recommender
from training.selfcheck import check_in_fresh_process
from training.train import Training
from warmstart.plain_app import plain_app
from warmstart.publish import publish
from warmstart.recommender import Ask, Recommender
from warmstart.registry import promote
from warmstart.store import open_store
from warmstart.tokens import TOKENS_KEY, TokenBook, create

SECRET, TOKEN = create("shop", models=["two_stage_offline"], plan="standard", expires_at=None)
MODEL = ModelSection("two_stage", "ease", {})
FAMILY = Path(functions.lists.__file__).parent
PATHS = [
    *(f"/reco/two_stage_offline/{user}?k=7&explain=true" for user in (*range(SIZE), 10**6)),
    "/reco/two_stage_offline/999999999999",
    "/similar/two_stage_offline/1",
]


@pytest.fixture
def online(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Recommender:
    """Return a model whose lists a store serves, and say to functions where that is."""
    manifest = Training(recipe(MODEL), checkerboard()).fit_whole(MODEL, tmp_path / "source")
    job = Batch(tmp_path / "source", manifest)
    sealed = job.seal(job.lists(), tmp_path / "lists", "two_stage_offline")
    store = open_store(str(tmp_path / "store"))
    publish(store, tmp_path / "lists", check_in_fresh_process)
    promote(store, sealed.model, sealed.version, reason="test")
    store.put(TOKENS_KEY, TokenBook((TOKEN,)).to_json())
    monkeypatch.setenv("WARMSTART_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("WARMSTART_MODELS", "two_stage_offline")
    monkeypatch.setenv("WARMSTART_PRELOAD", "two_stage_offline")
    monkeypatch.setenv("WARMSTART_CACHE", str(tmp_path / "cache"))
    return open_recommender(tmp_path / "source", manifest)


def test_every_user_id_is_answered_in_the_order_of_the_lists(online: Recommender) -> None:
    """Users of training and all others of the id domain get what the model itself says, with score and source."""
    *answers, outside, similar = asyncio.run(asked())
    for user, answer in zip((*range(SIZE), 10**6), answers, strict=True):
        expected = online.recommend(Ask(user_id=user, k=7, explain=True))
        body = answer.json()
        assert (answer.status_code, body["items"], body["source"]) == (200, expected.items, expected.source)
        scores = [detail["score"] or 0.0 for detail in body["details"]]
        assert scores == pytest.approx([detail.score or 0.0 for detail in expected.details], rel=1e-5)
        assert [detail["source"] for detail in body["details"]] == [detail.source for detail in expected.details]
    assert (outside.status_code, similar.status_code) == (404, 404)
    assert similar.json()["errors"][0]["error_key"] == "similar_not_supported"


async def asked() -> list[httpx.Response]:
    """Ask the family for every path."""
    transport = httpx.ASGITransport(plain_app(FAMILY, ListsScorer, ReadyListsScorer))
    headers = {"Authorization": f"Bearer {SECRET}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://here", headers=headers) as client:
        return [await client.get(path) for path in PATHS]
