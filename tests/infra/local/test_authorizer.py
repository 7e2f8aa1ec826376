"""Who gets past the authorizer, with a function that says what the test wants."""

import asyncio
import json
from typing import Any

import pytest

from infra.local import authorizer as module
from infra.local.authorizer import Authorizer, Grant
from infra.local.exchange import Request
from infra.local.function import FunctionFailed, FunctionTimedOut
from infra.local.refused import Refused
from infra.plans import AUTHORIZER_CACHE_SECONDS


class FakeFunction:
    """Answers or raises as told, and keeps what it was asked."""

    def __init__(self, outcome: Any) -> None:
        self.outcome = outcome
        self.events: list[dict[str, Any]] = []

    async def __call__(self, event: bytes) -> bytes:
        """The authorizer's function."""
        self.events.append(json.loads(event))
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome if isinstance(self.outcome, bytes) else json.dumps(self.outcome).encode()


def granted(resource: str = "*", **more: Any) -> dict[str, Any]:
    """An answer that allows the resource."""
    statement = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": resource}
    return {"principalId": "bot", "policyDocument": {"Statement": [statement]}, **more}


def admit(authorizer: Authorizer, *tokens: str, path: str = "/reco/als/1") -> Grant:
    """Ask for one request."""
    headers = tuple(("authorization", token) for token in tokens)
    return asyncio.run(authorizer.admit(Request(method="GET", raw_path=path, headers=headers)))


def test_the_function_is_asked_as_by_a_token_authorizer() -> None:
    """The whole header and the call's name, and nothing else."""
    function = FakeFunction(granted(context={"plan": "free", "calls": 1, "ok": True}))
    grant = admit(Authorizer(function), "Bearer x")
    arn = "arn:aws:execute-api:us-east-1:123456789012:local/local/GET/reco/als/1"
    assert function.events == [{"type": "TOKEN", "authorizationToken": "Bearer x", "methodArn": arn}]
    assert (grant.principal, grant.context) == ("bot", {"plan": "free", "calls": "1", "ok": "true"})


@pytest.mark.parametrize("tokens", [(), ("",), (" ",), ("Bearer a", "Bearer b")])
def test_without_one_token_nobody_is_asked(tokens: tuple[str, ...]) -> None:
    """No header, an empty one and two of them are refused here."""
    function = FakeFunction(granted())
    with pytest.raises(Refused, match="UNAUTHORIZED"):
        admit(Authorizer(function), *tokens)
    assert function.events == []


@pytest.mark.parametrize(
    ("outcome", "kind"),
    [
        (FunctionFailed("Unauthorized"), "UNAUTHORIZED"),
        (FunctionFailed("unauthorized"), "AUTHORIZER_FAILURE"),
        (FunctionFailed("the store is down"), "AUTHORIZER_FAILURE"),
        (FunctionTimedOut(), "AUTHORIZER_FAILURE"),
        (b"\xff", "AUTHORIZER_FAILURE"),
        (b"[" * 100_000, "AUTHORIZER_FAILURE"),
        (None, "AUTHORIZER_FAILURE"),
        ({}, "AUTHORIZER_FAILURE"),
        (granted(principalId=""), "AUTHORIZER_FAILURE"),
        (granted(principalId=7), "AUTHORIZER_FAILURE"),
        (granted(policyDocument={"Statement": []}), "AUTHORIZER_FAILURE"),
        (granted(context={"models": ["als"]}), "AUTHORIZER_FAILURE"),
        (granted(context="all"), "AUTHORIZER_FAILURE"),
        (granted("arn:aws:execute-api:*/reco/bpr/*"), "ACCESS_DENIED"),
    ],
)
def test_whatever_goes_wrong_gives_no_access(outcome: Any, kind: str) -> None:
    """An error, a timeout and an answer that is none all refuse."""
    with pytest.raises(Refused) as refusal:
        admit(Authorizer(FakeFunction(outcome)), "Bearer x")
    assert str(refusal.value) == kind


def test_a_kept_policy_is_asked_about_every_route() -> None:
    """The second route costs no call and gets no right that the policy lacks."""
    function = FakeFunction(granted("*/reco/als/*"))
    authorizer = Authorizer(function)
    admit(authorizer, "Bearer x")
    admit(authorizer, "Bearer x", path="/reco/als/2")
    with pytest.raises(Refused, match="ACCESS_DENIED"):
        admit(authorizer, "Bearer x", path="/reco/bpr/1")
    assert len(function.events) == 1


def test_a_policy_is_forgotten_in_time() -> None:
    """A revoked token is refused when the cache time is over."""
    now = 0.0
    function = FakeFunction(granted())
    authorizer = Authorizer(function, clock=lambda: now)
    admit(authorizer, "Bearer x")
    function.outcome = FunctionFailed("Unauthorized")
    now = AUTHORIZER_CACHE_SECONDS - 0.001
    admit(authorizer, "Bearer x")
    now = AUTHORIZER_CACHE_SECONDS
    with pytest.raises(Refused, match="UNAUTHORIZED"):
        admit(authorizer, "Bearer x")


def test_a_refusal_is_not_kept() -> None:
    """A token that has just been made works at once."""
    function = FakeFunction(FunctionFailed("Unauthorized"))
    authorizer = Authorizer(function)
    with pytest.raises(Refused):
        admit(authorizer, "Bearer x")
    function.outcome = granted()
    assert admit(authorizer, "Bearer x").principal == "bot"


def test_the_cache_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """The token that was asked about first is forgotten first."""
    monkeypatch.setattr(module, "CACHED_TOKENS", 2)
    function = FakeFunction(granted())
    authorizer = Authorizer(function)
    for token in ("a", "b", "c", "b", "a"):
        admit(authorizer, token)
    assert [event["authorizationToken"] for event in function.events] == ["a", "b", "c", "a"]
