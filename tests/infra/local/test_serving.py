"""The whole twin over real HTTP: gateway, authorizer and functions, each a process."""

import http.client
import json
import socket
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.infra.local.conftest import Twin


def error_key(response: httpx.Response) -> str:
    """What the gateway says went wrong."""
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["status"] == response.status_code
    return str(response.json()["errors"][0]["error_key"])


def test_a_request_reaches_its_function_as_an_event(client: httpx.Client) -> None:
    """Path, query, headers, caller and id are there."""
    response = client.get("/reco/als/1?k=3&k=4", headers=[("x-many", "a"), ("x-many", "b")])
    event = response.json()
    assert (event["resource"], event["path"]) == ("/reco/als/{proxy+}", "/reco/als/1")
    assert event["multiValueQueryStringParameters"] == {"k": ["3", "4"]}
    assert event["multiValueHeaders"]["x-many"] == ["a", "b"]
    assert event["requestContext"]["authorizer"]["principalId"] == "good"
    assert event["requestContext"]["requestId"] == response.headers["x-request-id"]
    assert response.headers["content-type"] == "application/json"
    assert "server" not in response.headers


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_every_method_goes_to_the_function(client: httpx.Client, method: str) -> None:
    """Which ones it takes is the function's to say."""
    assert client.request(method, "/reco/bpr").json()["httpMethod"] == method


def test_head_has_no_body(client: httpx.Client) -> None:
    """The function answers, the bytes stay here."""
    response = client.head("/reco/als/1")
    assert (response.status_code, response.content) == (200, b"")


@pytest.mark.parametrize("token", ["wrong", "goo", "goodx", "GOOD", "x" * 10_000])
def test_a_wrong_token_is_nobody(twin: Twin, token: str) -> None:
    """401, whatever the path."""
    with twin.client(token) as client:
        response = client.get("/reco/als/1")
        assert (response.status_code, error_key(response)) == (401, "unauthorized")
        assert response.headers["www-authenticate"] == "Bearer"


def test_two_tokens_are_none(twin: Twin) -> None:
    """Which of two headers counts is not for us to guess."""
    headers = [("authorization", "Bearer good"), ("authorization", "Bearer good")]
    assert httpx.get(f"{twin.url}/reco/als/1", headers=headers).status_code == 401


@pytest.mark.parametrize("token", ["raise", "malformed", "slow"])
def test_an_authorizer_that_fails_gives_no_access(twin: Twin, token: str) -> None:
    """It raised, said nonsense or ran out of time: 500, and nothing behind it was called."""
    with twin.client(token) as client:
        response = client.get("/reco/als/1")
        assert (response.status_code, error_key(response)) == (500, "server_error")


def test_a_kept_policy_is_asked_about_another_route(twin: Twin) -> None:
    """The authorizer was called once; the second model is still forbidden."""
    with twin.client("only-als") as client:
        calls = [client.get(f"/reco/als/{user}").json()["requestContext"]["authorizer"]["calls"] for user in (1, 2)]
        assert calls[0] == calls[1]
        response = client.get("/reco/bpr/1")
        assert (response.status_code, error_key(response)) == (403, "forbidden")


def test_a_plan_throttles(twin: Twin) -> None:
    """The free plan's burst of ten, then 429 with a time to come again."""
    with twin.client("free") as client, ThreadPoolExecutor(20) as pool:
        responses = list(pool.map(client.get, ["/reco/als/1"] * 40))
    refused = [response for response in responses if response.status_code == 429]
    assert refused
    assert {response.status_code for response in responses} == {200, 429}
    assert error_key(refused[0]) == "too_many_requests"
    assert refused[0].headers["retry-after"] == "1"


def test_a_plan_that_is_none_is_no_access(twin: Twin) -> None:
    """Fail closed."""
    with twin.client("no-plan") as client:
        assert client.get("/reco/als/1").status_code == 403


@pytest.mark.parametrize("path", ["/health", "/docs", "/docs/swagger-ui.css", "/openapi.json", "/explore"])
def test_open_paths_need_no_token(twin: Twin, path: str) -> None:
    """They reach the catalogue, which learns that nobody vouched for the caller."""
    assert httpx.get(twin.url + path).json()["known"] is False


@pytest.mark.parametrize(
    "path",
    [
        "/reco%2fals/1",
        "/reco/%61ls/1",
        "//reco/als/1",
        "/reco/../als",
        "/reco/%252e/als",
        "/a?b/c",
        "/%00",
        "/reco/als#x",
    ],
)
def test_hostile_paths_end_at_the_catalogue(twin: Twin, path: str) -> None:
    """As they stood on the line, and only with a token."""
    connection = http.client.HTTPConnection("127.0.0.1", twin.port)
    connection.request("GET", path)
    response = connection.getresponse()
    assert response.status == 401
    response.read()
    connection.request("GET", path, headers={"authorization": "Bearer good"})
    said = json.loads(connection.getresponse().read())
    assert said == {"path": path.split("?", maxsplit=1)[0], "resource": "/{proxy+}", "known": True}


@pytest.mark.parametrize("target", ["http://example.org/reco/als/1", "*"])
def test_a_target_that_is_no_path_is_refused(twin: Twin, target: str) -> None:
    """A proxy's request line is not for us."""
    connection = http.client.HTTPConnection("127.0.0.1", twin.port)
    connection.putrequest("OPTIONS", target, skip_host=True)
    connection.putheader("host", "x")
    connection.endheaders()
    assert connection.getresponse().status == 400


def test_a_body_goes_in_and_out_as_it_is(client: httpx.Client) -> None:
    """Text as text, bytes as base64, both ways."""
    assert client.post("/reco/als", content='{"k": "я"}'.encode()).json()["body"] == '{"k": "я"}'
    packed = client.post("/reco/als", content=b"\xff\x00").json()
    assert (packed["body"], packed["isBase64Encoded"]) == ("/wA=", True)
    response = client.get("/reco/als/1?do=binary")
    assert (response.status_code, response.content) == (201, bytes(range(256)))
    assert response.headers["content-type"] == "application/octet-stream"


def test_a_body_over_the_limit_is_refused_and_the_connection_lives(client: httpx.Client) -> None:
    """413 while the client still sends, then another request."""
    response = client.post("/reco/als", content=b"x" * (11 * 2**20))
    assert (response.status_code, error_key(response)) == (413, "body_too_large")
    chunks = (b"x" * 2**20 for _ in range(11))
    assert client.post("/reco/als", content=chunks).status_code == 413
    assert client.get("/reco/als/1").status_code == 200


def test_headers_of_the_function_go_out(client: httpx.Client) -> None:
    """Its own request id stays, a wrong length does not."""
    response = client.get("/reco/als/1?do=headers")
    assert response.headers.get_list("x-request-id") == ["mine"]
    assert response.headers.get_list("x-two") == ["a", "b"]
    assert response.headers.get_list("x-one") == ["1"]
    assert response.json() is None


@pytest.mark.parametrize("do", ["raise", "malformed", "large"])
def test_a_function_that_fails_is_503(client: httpx.Client, do: str) -> None:
    """And the next request is answered."""
    response = client.get(f"/reco/als/1?do={do}")
    assert (response.status_code, error_key(response)) == (503, "upstream_error")
    assert client.get("/reco/als/1").status_code == 200


@pytest.mark.parametrize(("do", "status"), [("die", 503), ("sleep", 504)])
def test_a_process_that_dies_or_hangs_is_replaced(client: httpx.Client, do: str, status: int) -> None:
    """The client gets its answer, the next one a new process."""
    before = client.get("/reco/als/1?do=process").json()["pid"]
    response = client.get(f"/reco/als/1?do={do}")
    assert (response.status_code, error_key(response)) == (status, "upstream_error")
    assert response.headers["retry-after"] == "1"
    after = client.get("/reco/als/1?do=process").json()
    assert (after["pid"] != before, after["calls"]) == (True, 1)


def test_a_function_that_cannot_start_does_not_stop_the_others(client: httpx.Client) -> None:
    """Its models are 503, everybody else's are served."""
    assert client.get("/reco/broken/1").status_code == 503
    assert client.get("/reco/als/1").status_code == 200


def test_nothing_of_the_parent_s_environment_leaks(client: httpx.Client) -> None:
    """A secret that was planted there does not reach the function."""
    environment = client.get("/reco/als/1?do=process").json()["environment"]
    assert environment["WARMSTART_STORE"] == "file:///nowhere"
    assert "PLANTED_SECRET" not in environment
    assert "hunter2" not in json.dumps(environment)


def test_many_at_once_are_all_answered(client: httpx.Client) -> None:
    """They queue for the one process, and nobody gets another's answer."""
    with ThreadPoolExecutor(16) as pool:
        users = [str(user) for user in range(100)]
        responses = list(pool.map(lambda user: client.get(f"/reco/als/{user}"), users))
    assert [response.json()["pathParameters"]["proxy"] for response in responses] == users


def test_a_client_that_leaves_does_no_harm(twin: Twin, client: httpx.Client) -> None:
    """Gone in the middle of its body, or before its answer."""
    head = b"POST /reco/als?do=nap HTTP/1.1\r\nhost: x\r\nauthorization: Bearer good\r\ncontent-length: 5\r\n\r\n"
    for body in (b"12", b"12345"):
        with socket.create_connection(("127.0.0.1", twin.port)) as connection:
            connection.sendall(head + body)
    assert client.get("/reco/als/1").status_code == 200


def test_no_token_is_ever_in_the_log(twin: Twin) -> None:
    """Whatever went wrong before, good tokens and bad."""
    for token in ("s3cr3t-bad", "raise", "slow"):
        with twin.client(token) as client:
            client.get("/reco/als/1?secret=in-the-query")
    log = twin.log.read_text()
    assert not [word for word in ("s3cr3t-bad", "Bearer", "in-the-query", "hunter2") if word in log]
