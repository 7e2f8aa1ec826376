"""A family's function as the gateway sees it: events in, answers out, from a published artifact."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.layers.artifacts import (
    N_ITEMS,
    TREND,
    OddScorer,
    RisenScorer,
    Spec,
    item,
    liked,
    popular,
    promote_new,
    seen_by,
    user,
)
from tests.layers.gateway import ODD, SPEC, Ask, asking, key_of
from tests.layers.places import Place
from tests.layers.serving import serve
from warmstart.adapter import Handler, adapt
from warmstart.api import Operation
from warmstart.event import WARM_UP
from warmstart.schemas import Recommendations
from warmstart.scorer import Query, Reason, Rows


def test_a_user_gets_recommendations(ask: Ask, environment: Place) -> None:
    """The course's shape, ours beside it, and the version that answered."""
    status, headers, body = ask("GET", f"/reco/als/{user(SPEC, 0)}", queryStringParameters={"k": "4"})
    assert (status, headers["content-type"], headers["x-request-id"]) == (200, "application/json", "request-1")
    assert headers["cache-control"] == "no-store"
    assert body == {
        "user_id": user(SPEC, 0),
        "items": liked(SPEC, 0),
        "model": "als",
        "version": headers["x-model-version"],
        "source": "model",
    }


def test_ten_unless_asked(ask: Ask) -> None:
    """Without k there are ten, and strangers get the fallback."""
    status, _, body = ask("GET", "/reco/als/999")
    assert (status, body["items"], body["source"]) == (200, popular(SPEC)[:10], "popular")


def test_string_ids_are_answered_as_strings(ask: Ask) -> None:
    """Ids are of the type of the training table."""
    _, _, body = ask("GET", f"/reco/odd/{user(ODD, 1)}")
    assert (body["user_id"], body["source"]) == (user(ODD, 1), "mixed")
    assert set(body["items"]) == {item(ODD, n) for n in range(N_ITEMS)} - {item(ODD, n) for n in seen_by(1)}


def test_recommendations_on_the_fly(ask: Ask) -> None:
    """A history that training did not see is answered, and what is not known in it is counted."""
    wanted = {"history": [{"item_id": 103}, {"item_id": 7}], "k": 3, "exclude": [101]}
    status, headers, body = ask("POST", "/reco/als", wanted)
    assert status == 200
    assert (body["user_id"], body["items"], body["ignored_items"]) == (None, [105, 107, 109], 1)
    assert headers["x-model-version"] == body["version"]


def test_alike_items(ask: Ask) -> None:
    """Items like one, or why not."""
    status, _, body = ask("GET", "/similar/als/102", queryStringParameters={"k": "2"})
    assert (status, body["item_id"], body["items"]) == (200, 102, [100, 104])
    assert key_of(ask("GET", "/similar/als/7")) == (404, "item_not_found")
    assert key_of(ask("GET", "/similar/odd/item-1")) == (404, "similar_not_supported")


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_reasons_are_added_when_asked_for(ask: Ask, method: str) -> None:
    """Details stand beside the items, one each."""
    path, body = ("/reco/als/10", None) if method == "GET" else ("/reco/als", {"user_id": 10})
    _, _, plain = ask(method, path, body)
    _, _, found = ask(method, path, body, queryStringParameters={"explain": "true"})
    assert "details" not in plain
    assert [detail["item_id"] for detail in found["details"]] == found["items"] == plain["items"]
    assert found["details"][0]["because"]["history"] == [{"item_id": 102, "share": 1.0}]


@pytest.mark.parametrize("neighbours", [None, 7])
def test_neighbours_are_counted_where_the_model_has_some(
    environment: Place, tmp_path: Path, neighbours: int | None
) -> None:
    """A model that has none says nothing of them; an item that the fallback chose has none either."""

    class Sociable(OddScorer):
        """Knows how many had its one item."""

        def because(self, query: Query, rows: Rows) -> list[Reason]:  # noqa: ARG002 the shape of a scorer
            """Say so, or nothing."""
            return [Reason(neighbours=neighbours) for _ in rows]

    promote_new(environment.open(), tmp_path, ODD)
    _, _, body = asking(serve(Sociable))("GET", f"/reco/odd/{user(ODD, 1)}", queryStringParameters={"explain": "true"})
    own, *filled = (detail["because"] for detail in body["details"])
    assert own.get("neighbours") == neighbours
    assert ("neighbours" in own) == (neighbours is not None)
    assert own["history"] == []
    assert all("neighbours" not in because for because in filled)


def test_an_item_that_is_there_for_its_trend_says_so(environment: Place, tmp_path: Path) -> None:
    """The field is true where the trend brought the item among the k, and is left out elsewhere."""
    promote_new(environment.open(), tmp_path, Spec(model="knn", arrays=TREND))
    send, query = asking(serve(RisenScorer)), {"k": "3", "explain": "true"}
    _, _, body = send("GET", f"/reco/knn/{user(SPEC, 0)}", queryStringParameters=query)
    assert body["items"] == [item(SPEC, n) for n in (4, 6, 8)]
    assert [detail["because"].get("trend") for detail in body["details"]] == [True, None, None]


def test_health_is_open(ask: Ask) -> None:
    """Anybody may ask whether the API is alive."""
    assert ask("GET", "/health", models=None)[::2] == (200, "I am alive")


def test_a_model_without_a_version_is_unavailable_until_there_is_one(
    ask: Ask, environment: Place, tmp_path: Path
) -> None:
    """503 says when to come back, and the same process serves the model once it is promoted."""
    answer = ask("GET", "/reco/knn/10")
    assert key_of(answer) == (503, "model_unavailable")
    assert int(answer[1]["retry-after"]) > 0
    promote_new(environment.open(), tmp_path, Spec(model="knn"))
    assert ask("GET", "/reco/knn/10")[2]["model"] == "knn"


def test_a_promotion_changes_the_version_that_answers(ask: Ask, environment: Place, tmp_path: Path) -> None:
    """The next answer is the new version's, in body and header."""
    before = ask("GET", "/reco/als/10")[1]["x-model-version"]
    new = promote_new(environment.open(), tmp_path, Spec(upward=False))
    _, headers, body = ask("GET", "/reco/als/10")
    assert before != headers["x-model-version"] == body["version"] == new.version


def test_a_warm_up_is_answered_with_nothing(handler: Handler) -> None:
    """204, and no request is made of it."""
    assert handler({"source": WARM_UP}, None) == {"statusCode": 204, "headers": {}, "body": ""}


def test_the_deadline_is_the_context_s(environment: Place, tmp_path: Path) -> None:
    """What Lambda says is left of the time reaches the model."""
    deadlines: list[float] = []

    def note(request: Any, body: bytes) -> Any:
        deadlines.append(request.scope["warmstart"].deadline)
        raise RuntimeError("SECRET")

    class Context:
        """Lambda's, as far as it is read."""

        def __init__(self, left: int) -> None:
            self.left = left

        def get_remaining_time_in_millis(self) -> int:
            """Return what is left."""
            return self.left

    handler = adapt({"/x": {"GET": Operation(note, "Fail", Recommendations, open=True)}})
    for left in (1_000, 1_000_000):
        answer = handler({"httpMethod": "GET", "path": "/x", "requestContext": {}}, Context(left))
        assert answer["statusCode"] == 500
        assert "SECRET" not in json.dumps(answer)
    assert 900 < deadlines[1] - deadlines[0] < 1100


def test_a_failure_is_logged_by_its_kind(ask: Ask, capsys: pytest.CaptureFixture[str]) -> None:
    """The log has the request's id and the kind of error, the client has neither text nor trace."""

    def fail(request: Any, body: bytes) -> Any:
        raise RuntimeError("SECRET")

    failing = asking(adapt({"/x": {"GET": Operation(fail, "Fail", Recommendations)}}))
    capsys.readouterr()
    assert key_of(failing("GET", "/x")) == (500, "server_error")
    out = capsys.readouterr().out
    line = json.loads(out.splitlines()[0])
    assert (line["error"], line["request_id"]) == ("RuntimeError", "request-1")
    assert "SECRET" not in out


def test_clients_do_not_write_the_log(ask: Ask, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither path nor query nor body of a request is logged."""
    capsys.readouterr()
    ask("GET", "/reco/PLANTED/10")
    ask("GET", "/reco/als/PLANTED", queryStringParameters={"k": "PLANTED"})
    ask("POST", "/reco/als", {"features": {"PLANTED": "PLANTED"}, "k": "PLANTED"})
    captured = capsys.readouterr()
    assert "PLANTED" not in captured.out + captured.err
