"""API keys: found by their exact name, on all pages, and joined to one plan."""

import json
from contextlib import nullcontext
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from infra.outputs import STAGE_TAG
from tests.layers.servers import Answer
from tests.training.deployed.answers import answering
from tests.training.deployed.stages import DeployedStage, aws_client, new_client
from training.deployed.aws import StageError
from training.deployed.usage_keys import UsageKey, UsageKeys


def test_a_key_is_random_and_of_its_stage(stage: DeployedStage) -> None:
    """Its value has 256 bits, no two are alike, and it bears the stage's name and tag."""
    made = [UsageKeys(stage.name).make(name) for name in ("shop", "bot")]
    found = aws_client("apigateway").get_api_key(apiKey=made[0].id, includeValue=True)
    assert (found["name"], found["value"], found["enabled"]) == (f"warmstart-{stage.name}-shop", made[0].value, True)
    assert found["tags"] == {STAGE_TAG: stage.name}
    assert (len(made[0].value), made[0].value != made[1].value) == (64, True)
    assert made[0].value not in repr(made[0])


def test_a_name_is_matched_whole(stage: DeployedStage) -> None:
    """API Gateway finds names by how they begin; a token whose name begins like another's keeps its key."""
    keys = UsageKeys(stage.name)
    for name in ("shop2", "shop"):
        keys.make(name)
    assert keys.find("sho") is None
    assert keys.remove("shop") == 1
    assert list(stage.keys()) == [f"warmstart-{stage.name}-shop2"]


def test_stages_whose_names_begin_alike_are_told_apart(aws: dict[str, str]) -> None:
    """A stage's name ends at the first dash, so a has no key of ab, whatever their tokens are called."""
    one, other = UsageKeys("a"), UsageKeys("ab")
    key = one.make("b-c")
    assert (other.find("b-c"), other.find("c"), other.remove("c")) == (None, None, 0)
    other.make("c")
    assert (one.find("b-c"), one.find("c"), len(one.values())) == (key, None, 1)
    assert (one.remove("b-c"), other.remove("c")) == (1, 1)


def test_a_key_that_cannot_be_used_is_not_found_but_removed(stage: DeployedStage) -> None:
    """A disabled key does not stand behind a new token; a revocation deletes it with the others."""
    keys = UsageKeys(stage.name)
    disabled, good = keys.make("shop"), keys.make("shop")
    patch = [{"op": "replace", "path": "/enabled", "value": "false"}]
    aws_client("apigateway").update_api_key(apiKey=disabled.id, patchOperations=patch)
    assert keys.find("shop") == good
    assert keys.values() == {good.value}
    assert keys.remove("shop") == 2


def test_joining_twice_is_joining_once_and_another_plan_moves_the_key(stage: DeployedStage) -> None:
    """A key is in one plan, the last that was asked for."""
    keys, name = UsageKeys(stage.name), f"warmstart-{stage.name}-shop"
    key = keys.make("shop")
    for plan in ("free", "free", "standard"):
        keys.join(key, stage.plans[plan])
        assert stage.keys() == {name: [plan]}


def test_a_key_leaves_its_old_plan_before_it_joins_the_new_one(stage: DeployedStage) -> None:
    """API Gateway refuses a key in two plans of one API."""
    gateway, asked = new_client("apigateway"), list[str]()
    keys = UsageKeys(stage.name, gateway)
    key = keys.make("shop")
    keys.join(key, stage.plans["free"])
    gateway.meta.events.register("before-call.apigateway", lambda model, **_: asked.append(model.name))
    keys.join(key, stage.plans["standard"])
    assert asked == ["GetUsagePlans", "DeleteUsagePlanKey", "CreateUsagePlanKey"]


@pytest.mark.parametrize("joined_by_another", [True, False])
def test_a_conflict_is_none_where_the_key_is_in_its_plan(
    aws: dict[str, str], monkeypatch: pytest.MonkeyPatch, joined_by_another: bool
) -> None:
    """Somebody else has just joined it, or a first attempt had come through; any other conflict is said."""
    plans = iter([[], [{"id": "plan"}] if joined_by_another else []])

    def respond(path: str, _: bytes) -> Answer:
        if path.endswith("/keys"):
            return Answer(409, b'{"message": "in another plan", "__type": "ConflictException"}')
        return Answer(200, json.dumps({"item": next(plans)}).encode())

    with answering(respond) as endpoint:
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
        expected = nullcontext() if joined_by_another else pytest.raises(StageError, match="in another plan")
        with expected:
            UsageKeys("p").join(UsageKey("id", "value"), "plan")


def test_deleting_what_is_gone_is_no_error(stage: DeployedStage) -> None:
    """Two who revoke at the same time both succeed."""
    keys = UsageKeys(stage.name)
    key = keys.make("shop")
    for _ in range(2):
        keys.delete(key.id)
    assert stage.keys() == {}


def test_all_pages_are_read(aws: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A key on the second page is found, and an empty page is not the end."""
    pages: dict[str | None, dict[str, Any]] = {
        None: {"item": [_key("warmstart-p-shop2")], "position": "two"},
        "two": {"item": [], "position": "three"},
        "three": {"item": [_key("warmstart-p-shop")]},
    }
    asked: list[dict[str, list[str]]] = []

    def respond(path: str, _: bytes) -> Answer:
        asked.append(parse_qs(urlsplit(path).query))
        return Answer(200, json.dumps(pages[asked[-1].get("position", [None])[0]]).encode())

    with answering(respond) as endpoint:
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
        found = UsageKeys("p").find("shop")
    assert found is not None
    assert found.id == "warmstart-p-shop"
    assert [query["name"] for query in asked] == [["warmstart-p-shop"]] * 3


def test_a_usage_plan_that_is_gone_is_named(aws: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """What API Gateway refuses is one line with its words."""

    def respond(path: str, _: bytes) -> Answer:
        if path.endswith("/keys"):
            return Answer(404, b'{"message": "Invalid Usage Plan ID specified", "__type": "NotFoundException"}')
        return Answer(200, b'{"item": []}')

    with answering(respond) as endpoint:
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
        with pytest.raises(StageError, match="usage plan gone: Invalid Usage Plan ID"):
            UsageKeys("p").join(UsageKey("id", "value"), "gone")


def _key(name: str) -> dict[str, Any]:
    return {"id": name, "name": name, "value": "v" * 20, "enabled": True, "createdDate": 0, "tags": None}
