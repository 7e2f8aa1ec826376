"""The real authorizer, given tokens and events of any kind."""

import io
import json
import logging
import runpy
import secrets
from collections import Counter
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, note, seed, settings
from hypothesis import strategies as st

from infra.local.policy import Policy
from tests.fuzz.canary import PLANT, TOKEN, found_in
from tests.fuzz.values import anything, texts
from training.token_book import add
from warmstart.store import open_store
from warmstart.tokens import Token, sha256_of

ARN = "arn:aws:execute-api:us-east-1:123456789012:api/v1/GET/reco/als/1"
FAST, SLOW = 100, 2000


def events() -> st.SearchStrategy[Any]:
    """TOKEN events whose token, address or whole is anything, a good token among them."""
    near = [TOKEN[:-1], TOKEN + "x", TOKEN.upper(), TOKEN + "\n", f" {TOKEN}", TOKEN + "\ud800", f"{TOKEN} {TOKEN}"]
    schemes = st.sampled_from(["Bearer ", "bearer ", "Basic ", "Bearer\t", "Bearer  ", "", "\ud800 "]) | texts()
    headers = st.builds("".join, st.tuples(schemes, st.just(TOKEN) | st.sampled_from(near) | texts()))
    event = st.fixed_dictionaries(
        {"type": st.just("TOKEN"), "authorizationToken": st.just(f"Bearer {TOKEN}") | headers | anything()},
        optional={"methodArn": st.just(ARN) | anything()},
    )
    good = {"type": st.just("TOKEN"), "authorizationToken": st.just(f"Bearer {TOKEN}"), "methodArn": anything()}
    return st.one_of(event, event, st.fixed_dictionaries(good), anything())


@pytest.fixture(scope="module")
def authorizer(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Any, Any], Any]:
    """The function's own module, over a book with one token for one model."""
    url = f"file://{tmp_path_factory.mktemp('authorizer')}"
    token = Token("fuzz", sha256_of(TOKEN), "2026-01-01T00:00:00+00:00", None, ("als",), "internal")
    add(open_store(url), token)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WARMSTART_STORE", url)
        handler: Callable[[Any, Any], Any] = runpy.run_module("functions.authorizer.handler")["handler"]
    return handler


@pytest.mark.parametrize("examples", [FAST, pytest.param(SLOW, marks=pytest.mark.slow)])
def test_a_token_is_known_or_refused(authorizer: Callable[[Any, Any], Any], examples: int) -> None:
    """A policy for the one good token and its model, `Unauthorized` for all else; neither answer nor log tells it."""
    said, chosen, outcomes = io.StringIO(), secrets.randbelow(2**63), Counter[str]()
    relay = logging.StreamHandler(said)
    logging.getLogger().addHandler(relay)

    @seed(chosen)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @given(event=events())
    def answers(event: Any) -> None:
        note(json.dumps(event)[:3000])
        with redirect_stdout(said), redirect_stderr(said):
            outcomes[_judged(authorizer, event)] += 1

    try:
        answers()
    finally:
        logging.getLogger().removeHandler(relay)
        print(f"authorizer: seed {chosen}, {outcomes.total()} answers: {dict(outcomes)}")
    assert outcomes["policy"]
    assert outcomes["Unauthorized"]
    assert not found_in(said.getvalue(), TOKEN, PLANT)


def _judged(authorizer: Callable[[Any, Any], Any], event: Any) -> str:
    header = event.get("authorizationToken") if isinstance(event, dict) else None
    refusal = ""
    try:
        answer = authorizer(event, None)
    except Exception as error:  # which is how an authorizer says 401
        refusal = str(error)
    if refusal:
        assert refusal == "Unauthorized"
        assert header != f"Bearer {TOKEN}"
        return refusal
    assert isinstance(header, str)
    assert (header[:7].lower(), header[7:]) == ("bearer ", TOKEN)
    assert TOKEN not in json.dumps({**answer, "policyDocument": None})
    if event.get("methodArn") == ARN:
        policy = Policy(answer["policyDocument"])
        assert policy.allows(ARN)
        assert not policy.allows(ARN.replace("/als/", "/popular/"))
    return "policy"
