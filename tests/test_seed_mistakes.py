"""The known mistakes of the course's own solutions, each of which must not come back."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from functions.authorizer.policy import policy
from functions.lists.random_scorer import RandomScorer
from functions.lists.scorer import ListsScorer
from infra.families import served_models
from tests.layers.serving import serve
from tests.training.datasets import checkerboard, recipe, tables
from training.evaluation.measure import measure, truth_of
from training.evaluation.splits import split
from training.interactions import Events
from training.recipe import Fold, ModelSection
from training.scorers import open_recommender
from training.selfcheck import check_in_fresh_process
from training.token_book import add
from training.train import Training
from warmstart.artifact import Artifact
from warmstart.errors import Incompatible, Unauthorized
from warmstart.manifest import ARRAYS
from warmstart.publish import publish
from warmstart.pull import Pull
from warmstart.recommender import Ask
from warmstart.registry import promote
from warmstart.store import open_store
from warmstart.tokens import TokenBook, create

ROOT = Path(__file__).parents[1]
POPULAR = ModelSection("popular", "popular", {})
ALS = ModelSection("als", "als", {"factors": 2, "alpha": 5.0})
Call = Callable[..., dict[str, Any]]


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    """Serve popular of the checkerboard in this process; return what makes a GET with an authorizer's context."""
    store = open_store(str(tmp_path / "store"))
    manifest = Training(recipe(POPULAR), checkerboard()).fit_whole(POPULAR, tmp_path / "draft")
    publish(store, tmp_path / "draft", check_in_fresh_process)
    promote(store, "popular", manifest.version, reason="test")
    monkeypatch.setenv("WARMSTART_STORE", store.url)
    monkeypatch.setenv("WARMSTART_MODELS", "popular")
    monkeypatch.setenv("WARMSTART_PRELOAD", "popular")
    monkeypatch.setenv("WARMSTART_CACHE", str(tmp_path / "cache"))
    handler = serve(ListsScorer, RandomScorer)

    def get(path: str, *, authorized: bool = True) -> dict[str, Any]:
        context = {"token": "test", "models": "*"} if authorized else None
        event = {"httpMethod": "GET", "path": path, "requestContext": {"authorizer": context}}
        return handler(event, None)

    return get


def test_lists_are_in_the_order_of_their_scores() -> None:
    """A sort whose result was dropped: here answers fall by score, and the measure would notice if they did not."""
    table = checkerboard()
    measured = Training(recipe(ALS), table).measure(ALS).measured
    assert measured.ordered


def test_unordered_scores_are_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same mistake, planted: a scorer that forgets to sort is measured as unordered."""
    table = checkerboard()
    training = Training(recipe(ALS), table)
    recommender = open_recommender(tmp_path, training.draft(ALS, tmp_path))
    rank = recommender.scorer.rank

    def unsorted(query: Any) -> Any:
        ranking = rank(query)
        return ranking and ranking._replace(rows=ranking.rows[::-1], scores=ranking.scores[::-1])

    monkeypatch.setattr(recommender.scorer, "rank", unsorted)
    events = Events.of(table)
    assert not measure(recommender, truth_of(events, split(events, Fold("leave_last_out"))[1])).ordered


@pytest.mark.parametrize("user", [0, 1, 39, 40, 41, 10**6, 10**9])
def test_every_id_of_the_domain_has_an_answer(call: Call, user: int) -> None:
    """Users below an id bound were missing, and got a 500: here each id up to the bound gets 200."""
    assert call(f"/reco/popular/{user}")["statusCode"] == 200


def test_artifacts_are_read_once(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """Artifacts were read on each request: here a hundred requests open and pull nothing."""
    reads: list[str] = []
    monkeypatch.setattr(Artifact, "open", lambda *_: reads.append("open"))
    monkeypatch.setattr(Pull, "advance", lambda *_: reads.append("pull"))
    assert {call(f"/reco/popular/{user}")["statusCode"] for user in range(100)} == {200}
    assert reads == []


@pytest.mark.parametrize("path", [f"/reco/popular/{10**10}", "/reco/some_model/1", "/reco/popular/abc", "/nothing"])
def test_the_token_comes_before_user_and_model(call: Call, path: str) -> None:
    """The user was checked before the token: here nothing is told to who has none."""
    assert call(path, authorized=False)["statusCode"] == 401


@pytest.mark.parametrize("scheme", ["Basic", "Token", "bearer:", "", "Bearerx"])
def test_only_bearer_is_a_scheme(scheme: str) -> None:
    """Any scheme was accepted: here the right secret under another is refused."""
    secret, token = create("t", models=["*"], plan="free", expires_at=None)
    book = TokenBook((token,))
    assert book.find(f"Bearer {secret}", datetime.now(UTC)) == token
    with pytest.raises(Unauthorized):
        book.find(f"{scheme} {secret}", datetime.now(UTC))


def test_a_new_stage_has_no_token_at_all(tmp_path: Path) -> None:
    """A default token stood in the code: here a store without tokens lets nobody in."""
    for guess in ("", "token", "secret", "team_42", "warmstart", "demo"):
        with pytest.raises(Unauthorized):
            TokenBook().find(f"Bearer {guess}", datetime.now(UTC))
    store = open_store(str(tmp_path))
    secret, token = create("t", models=["*"], plan="free", expires_at=None)
    add(store, token)
    assert secret not in (tmp_path / "auth/tokens.json").read_text()


def test_secrets_are_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tokens were compared with ==: here every entry goes through hmac.compare_digest, whichever fits."""
    import hmac

    compared: list[str] = []
    genuine = hmac.compare_digest
    monkeypatch.setattr(hmac, "compare_digest", lambda a, b: compared.append(a) or genuine(a, b))
    made = [create(f"t{n}", models=["*"], plan="free", expires_at=None) for n in range(5)]
    book = TokenBook(tuple(token for _, token in made))
    book.find(f"Bearer {made[0][0]}", datetime.now(UTC))
    assert compared == [token.sha256 for _, token in made]


def test_a_model_of_nearly_all_fallback_is_seen_through() -> None:
    """A kNN won because its answers were the popular fallback: here the share of own answers is measured."""
    assert Training(recipe(POPULAR), checkerboard()).measure(POPULAR).measured.personal_share == 0


def test_padding_keeps_its_order(tmp_path: Path) -> None:
    """Padding went through set(): here what follows the model's items is the fallback in its order."""
    table = tables(np.repeat(np.arange(9), 3), np.arange(27) % 7 * 1000, weights=[1.0] * 27)
    popular = open_recommender(tmp_path, Training(recipe(POPULAR), table).fit_whole(POPULAR, tmp_path))
    order = popular.recommend(Ask(k=7)).items
    seen = set(popular.recommend(Ask(user_id=2, k=7)).items)
    assert popular.recommend(Ask(user_id=2, k=7)).items == [item for item in order if item in seen]


def test_the_fallback_returns_nothing_seen(tmp_path: Path) -> None:
    """A fallback returned seen items: here it never does."""
    recommender = open_recommender(tmp_path, Training(recipe(POPULAR), checkerboard()).fit_whole(POPULAR, tmp_path))
    for user in range(40):
        seen = {item for item in range(40) if (user + item) % 2 == 0 and item != user}
        assert not seen & set(recommender.recommend(Ask(user_id=user, k=21)).items)


def test_nothing_seen_is_measured() -> None:
    """An autoencoder was scored with seen items among its answers: here the one unseen item is the whole answer."""
    users, items, times = [1, 1, 1, 2, 2, 2, 3, 3, 3], [1, 2, 3, 2, 1, 3, 3, 2, 1], [1, 2, 3] * 3
    measured = Training(recipe(POPULAR), tables(users, items, times=times)).measure(POPULAR).measured
    assert measured.metrics == {"map@10": 1.0, "ndcg@10": 1.0, "recall@10": 1.0}


def test_no_two_families_serve_one_name() -> None:
    """Two models had one name, so one was unreachable: here the families' names are all different."""
    names = served_models()
    assert len(names) == len(set(names))


def test_a_pickle_is_never_opened(tmp_path: Path) -> None:
    """Artifacts were pickles: here one that takes an artifact's name is refused without being run."""
    import pickle

    ran = tmp_path / "ran"

    class Bomb:
        """Writes a file when it is unpickled."""

        def __reduce__(self) -> tuple[Any, ...]:
            return Path.touch, (ran,)

    manifest = Training(recipe(POPULAR), checkerboard()).fit_whole(POPULAR, tmp_path / "draft")
    (tmp_path / "draft" / ARRAYS).write_bytes(pickle.dumps(Bomb()))
    with pytest.raises(Incompatible):
        open_recommender(tmp_path / "draft", manifest)
    assert not ran.exists()


def test_a_policy_never_names_the_called_method() -> None:
    """Gateways cache a policy: here it lists all that a token may do, and nothing of another model."""
    _, token = create("t", models=["als"], plan="free", expires_at=None)
    arn = "arn:aws:execute-api:eu-west-1:1:api/stage/GET/reco/popular/1"
    allowed = policy(token, arn)["policyDocument"]["Statement"][0]["Resource"]
    assert "arn:aws:execute-api:eu-west-1:1:api/stage/*/reco/als/*" in allowed
    assert not any("popular" in resource for resource in allowed)
