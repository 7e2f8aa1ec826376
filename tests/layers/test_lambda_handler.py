"""A family's function as the gateway sees it: events in, answers out, from a published artifact."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.layers.artifacts import (
    N_ITEMS,
    TREND,
    DotScorer,
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
from tests.layers.places import Place
from tests.layers.serving import serve
from warmstart import live
from warmstart.adapter import Handler, adapt
from warmstart.api import Operation
from warmstart.event import MAX_BODY, WARM_UP
from warmstart.problems import MEDIA_TYPE
from warmstart.schemas import Recommendations
from warmstart.scorer import Query, Reason, Rows

MODELS = "als,odd,knn"
SPEC, ODD = Spec(), Spec(model="odd", scorer="odd", strings=True, family="lists")
Ask = Callable[..., tuple[int, dict[str, str], Any]]


@pytest.fixture
def environment(folder: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """What a function is told: three models, of which one has no version yet."""
    monkeypatch.setenv("WARMSTART_STORE", folder.url)
    monkeypatch.setenv("WARMSTART_MODELS", MODELS)
    monkeypatch.setenv("WARMSTART_PRELOAD", "als,knn")
    monkeypatch.setenv("WARMSTART_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("WARMSTART_REFRESH_SECONDS", "0")
    monkeypatch.setattr(live, "RETRY_SECONDS", 0.0)
    return folder


@pytest.fixture
def handler(environment: Place, tmp_path: Path) -> Handler:
    """The function, started."""
    for spec in (SPEC, ODD):
        promote_new(environment.open(), tmp_path, spec)
    return serve(DotScorer, OddScorer)


@pytest.fixture
def ask(handler: Handler) -> Ask:
    """Send a request as the gateway does, with a token for all models unless said."""
    return asking(handler)


def asking(handler: Handler) -> Ask:
    """Return what sends a request to a handler and reads its answer."""

    def send(method: str, path: str, body: Any = None, **fields: Any) -> tuple[int, dict[str, str], Any]:
        models = fields.pop("models", "*")
        event = {
            "httpMethod": method,
            "path": path,
            "headers": {"content-type": "application/json"},
            "requestContext": {
                "requestId": "request-1",
                "authorizer": {"token": "alice", "models": models} if models else None,
            },
            "body": body if body is None or isinstance(body, str) else json.dumps(body),
            "isBase64Encoded": False,
            **fields,
        }
        answer = handler(event, None)
        headers = {name.lower(): value for name, value in answer["headers"].items()}
        assert headers["x-request-id"]
        assert not answer.get("isBase64Encoded")
        return answer["statusCode"], headers, json.loads(answer["body"]) if answer["body"] else None

    return send


def key_of(answer: tuple[int, dict[str, str], Any]) -> tuple[int, str]:
    """The status and the key of a problem, whose shape is checked."""
    status, headers, body = answer
    assert headers["content-type"] == MEDIA_TYPE
    assert set(body) == {"type", "title", "status", "detail", "errors"}
    assert body["status"] == status
    assert "x-model-version" not in headers
    return status, body["errors"][0]["error_key"]


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


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/reco/als/10"),
        ("GET", "/reco/nothing/10"),
        ("GET", "/reco/als/nobody"),
        ("POST", "/reco/als"),
        ("DELETE", "/reco/als"),
        ("GET", "/similar/als/100"),
        ("GET", "/nothing"),
        ("GET", "/"),
        ("POST", "/health"),
        ("HEAD", "/reco/als/10"),
        ("GET", "/reco/als/10/"),
        ("GET", "//reco/als/10"),
    ],
)
def test_without_a_token_there_is_nothing_to_see(ask: Ask, method: str, path: str) -> None:
    """401 comes before all else: known or not, right or wrong."""
    answer = ask(method, path, "not JSON", models=None, headers={}, queryStringParameters={"k": "-1"})
    assert key_of(answer) == (401, "unauthorized")
    assert answer[1]["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("path", ["/reco/als/10", "/reco/knn/10", "/reco/nothing/10", "/reco/ALS/10", "/similar/als/1"])
def test_a_token_for_other_models_is_forbidden(ask: Ask, path: str) -> None:
    """Known or not, served or not: who has no right to a model does not learn of it."""
    assert key_of(ask("GET", path, models="popular,a")) == (403, "forbidden")


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("/reco/nothing/10", "model_not_found"),
        ("/reco/ALS/10", "model_not_found"),
        ("/reco/..%2fals/10", "model_not_found"),
        ("/reco/%252e%252e/10", "model_not_found"),
        ("/reco/s3:/10", "model_not_found"),
        ("/reco/" + "a" * 300 + "/10", "model_not_found"),
        ("/reco/аls/10", "model_not_found"),  # noqa: RUF001 a Unicode twin
        ("/reco/als/nobody", "user_not_found"),
        ("/reco/als/-1", "user_not_found"),
        ("/reco/als/010", "user_not_found"),
        ("/reco/als/1.0", "user_not_found"),
        ("/reco/als/1000000001", "user_not_found"),
        ("/reco/als/" + "9" * 200, "user_not_found"),
        ("/nothing", "not_found"),
        ("/", "not_found"),
        ("/reco/als/10/", "not_found"),
        ("//reco/als/10", "not_found"),
        ("/RECO/als/10", "not_found"),
        ("/reco", "not_found"),
    ],
)
def test_what_is_not_there_is_a_404(ask: Ask, path: str, key: str) -> None:
    """Each kind of missing has its key, and the path is not told back."""
    answer = ask("GET", path)
    assert key_of(answer) == (404, key)
    assert path not in json.dumps(answer[2])


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("POST", "/reco/als/10", "GET"),
        ("HEAD", "/reco/als/10", "GET"),
        ("OPTIONS", "/reco/als/10", "GET"),
        ("GET", "/reco/als", "POST"),
        ("PUT", "/reco/als", "POST"),
        ("DELETE", "/similar/als/100", "GET"),
        ("HEAD", "/health", "GET"),
        ("get", "/reco/als/10", "GET"),
    ],
)
def test_other_methods_are_told_which(ask: Ask, method: str, path: str, allow: str) -> None:
    """405 with Allow, for HEAD too."""
    answer = ask(method, path)
    assert key_of(answer) == (405, "method_not_allowed")
    assert answer[1]["allow"] == allow


def test_a_large_body_is_refused_before_it_is_parsed(ask: Ask) -> None:
    """Over 256 KiB is 413 whatever it holds."""
    assert key_of(ask("POST", "/reco/als", "[" * (MAX_BODY + 1))) == (413, "body_too_large")


@pytest.mark.parametrize("headers", [{}, None, {"content-type": "text/plain"}, {"Content-Type": "application/jsonx"}])
def test_another_media_type_is_refused(ask: Ask, headers: Any) -> None:
    """Only JSON is read."""
    assert key_of(ask("POST", "/reco/als", {}, headers=headers)) == (415, "unsupported_media_type")


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "APPLICATION/JSON"])
def test_json_has_several_spellings(ask: Ask, kind: str) -> None:
    """Parameters and case do not matter."""
    assert ask("POST", "/reco/als", {}, headers={"Content-Type": kind})[0] == 200


def test_wrong_fields_are_listed(ask: Ask) -> None:
    """422 with one entry per wrong field, and nothing of the input."""
    status, _, body = ask("POST", "/reco/als", {"k": 101, "only": "PLANTED"})
    assert status == 422
    assert [entry["error_loc"] for entry in body["errors"]] == [["body", "k"], ["body", "only"]]
    assert "PLANTED" not in json.dumps(body)


@pytest.mark.parametrize("k", ["0", "101", "x", "7.0", ""])
def test_a_wrong_count_is_invalid(ask: Ask, k: str) -> None:
    """Also in a query."""
    assert ask("GET", "/reco/als/10", queryStringParameters={"k": k})[0] == 422


@pytest.mark.parametrize("user_id", ["a%00b", "a\u202eb", "x" * 257, "a\x7f", "a\n"])
def test_ids_with_odd_characters_are_invalid(ask: Ask, user_id: str) -> None:
    """Control and direction characters, and ids over 256, are told by place only."""
    status, _, body = ask("GET", f"/reco/odd/{user_id.replace('%00', chr(0))}")
    assert (status, body["errors"][0]["error_loc"]) == (422, ["path", "user_id"])


def test_a_user_of_the_wrong_type_is_not_found(ask: Ask) -> None:
    """A string where ids are integers is outside the id domain, in a body too."""
    assert key_of(ask("POST", "/reco/als", {"user_id": "nobody"})) == (404, "user_not_found")
    assert key_of(ask("POST", "/reco/odd", {"user_id": 7})) == (404, "user_not_found")


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


@pytest.mark.parametrize("event", [{}, None, [], {"source": "aws.events"}, {"Records": [{}]}, {"requestContext": {}}])
def test_other_events_are_bad_requests(handler: Handler, event: Any) -> None:
    """An answer of our shape, with an id of its own, and never a raise."""
    answer = handler(event, None)
    assert answer["statusCode"] == 400
    assert len(answer["headers"]["x-request-id"]) == 36
    assert json.loads(answer["body"])["errors"][0]["error_key"] == "bad_request"


def test_bad_base64_is_a_bad_request(ask: Ask) -> None:
    """What cannot be decoded is not a request; what can, is."""
    assert key_of(ask("POST", "/reco/als", "!", isBase64Encoded=True)) == (400, "bad_request")
    body = base64.b64encode(b'{"k": 1}').decode()
    assert len(ask("POST", "/reco/als", body, isBase64Encoded=True)[2]["items"]) == 1


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
