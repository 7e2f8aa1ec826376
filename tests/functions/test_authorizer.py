"""The authorizer's handler: bearer token in, policy out."""

import runpy
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from training.token_book import add, remove
from warmstart import token_reader
from warmstart.errors import StoreError
from warmstart.store import Store, open_store
from warmstart.tokens import TOKENS_KEY, create

ARN = "arn:aws:execute-api:eu-west-1:123456789012:api/live/GET/reco/als/1"
Handler = Callable[[Any, Any], dict[str, Any]]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Return a store without tokens."""
    return open_store(str(tmp_path / "store"))


@pytest.fixture
def handler(store: Store, monkeypatch: pytest.MonkeyPatch) -> Handler:
    """Return the handler as a new process has it, looking at the book at each call."""
    monkeypatch.setenv("WARMSTART_STORE", store.url)
    monkeypatch.setattr(token_reader, "BOOK_SECONDS", 0.0)
    found: Handler = runpy.run_module("functions.authorizer.handler")["handler"]
    return found


def ask(handler: Handler, header: Any) -> dict[str, Any]:
    """Ask as API Gateway does."""
    return handler({"type": "TOKEN", "authorizationToken": header, "methodArn": ARN}, None)


def test_an_unrestricted_token_may_do_everything(handler: Handler, store: Store) -> None:
    """Its policy covers the whole stage, and the context says who and on which plan."""
    secret, token = create("shop", models=["*"], plan="standard", expires_at=None)
    add(store, token)
    answer = ask(handler, f"Bearer {secret}")
    assert answer["principalId"] == "shop"
    assert answer["context"] == {"token": "shop", "models": "*", "plan": "standard"}
    assert answer["policyDocument"]["Statement"][0]["Resource"] == [
        "arn:aws:execute-api:eu-west-1:123456789012:api/live/*/*"
    ]


def test_a_restricted_token_may_call_its_models(handler: Handler, store: Store) -> None:
    """Its policy lists every path of its models and /models, and nothing else."""
    secret, token = create("narrow", models=["als"], plan="free", expires_at=None)
    add(store, token)
    resources = ask(handler, f"Bearer {secret}")["policyDocument"]["Statement"][0]["Resource"]
    stage = "arn:aws:execute-api:eu-west-1:123456789012:api/live/*"
    assert set(resources) == {
        f"{stage}/{path}" for path in ("models", "reco/als", "reco/als/*", "similar/als", "similar/als/*")
    }


def test_a_token_that_names_the_catalogue_may_call_it(handler: Handler, store: Store) -> None:
    """Its items, its users and what these have had, beside /models."""
    secret, token = create("shelf", models=["catalogue"], plan="free", expires_at=None)
    add(store, token)
    resources = ask(handler, f"Bearer {secret}")["policyDocument"]["Statement"][0]["Resource"]
    assert [path.partition("/*/")[2] for path in resources] == ["models", "items", "users", "users/*"]


def test_an_api_key_is_told_to_the_gateway_alone(handler: Handler, store: Store) -> None:
    """It stands where the gateway looks for it, and not in the context, which functions see."""
    secret, token = create("counted", models=["als"], plan="free", expires_at=None)
    add(store, replace(token, usage_key="k" * 64))
    answer = ask(handler, f"Bearer {secret}")
    assert answer.pop("usageIdentifierKey") == "k" * 64
    assert answer["context"] == {"token": "counted", "models": "als", "plan": "free"}
    assert "kkk" not in str(answer)


def test_a_token_without_an_api_key_has_none_in_its_answer(handler: Handler, store: Store) -> None:
    """The member is absent, not null, which a gateway would take for a broken answer."""
    secret, token = create("local", models=["*"], plan="free", expires_at=None)
    add(store, token)
    assert set(ask(handler, f"Bearer {secret}")) == {"principalId", "policyDocument", "context"}


@pytest.mark.parametrize("header", [None, 7, "", "Bearer ", "Bearer wrong", "Basic x"])
def test_anything_else_is_exactly_unauthorized(handler: Handler, header: Any) -> None:
    """API Gateway makes a 401 of this one text only."""
    with pytest.raises(Exception, match=r"^Unauthorized$"):
        ask(handler, header)


@pytest.mark.parametrize("event", [None, [], "x", {}])
def test_an_event_of_another_kind_opens_nothing(handler: Handler, event: Any) -> None:
    """What is no authorizer's event is refused as a missing token is."""
    with pytest.raises(Exception, match=r"^Unauthorized$"):
        handler(event, None)


def test_a_revoked_token_is_refused_at_the_next_look(handler: Handler, store: Store) -> None:
    """A running function sees that the book has changed."""
    secret, token = create("gone", models=["*"], plan="free", expires_at=None)
    add(store, token)
    ask(handler, f"Bearer {secret}")
    remove(store, "gone")
    with pytest.raises(Exception, match=r"^Unauthorized$"):
        ask(handler, f"Bearer {secret}")


def test_a_book_that_cannot_be_read_lets_nobody_in(handler: Handler, store: Store) -> None:
    """A broken book is no 401, which would be the client's fault, and no access."""
    secret, token = create("shop", models=["*"], plan="free", expires_at=None)
    add(store, token)
    store.put(TOKENS_KEY, b"rubbish")
    with pytest.raises(Exception, match="not JSON") as raised:
        ask(handler, f"Bearer {secret}")
    assert not isinstance(raised.value, StoreError)
