"""A token and its API key: whatever stops half way, the same command again mends it."""

import json
from typing import Any

import pytest

from tests.layers.servers import Answer
from tests.training.deployed.answers import answering
from tests.training.deployed.conftest import Deploy
from tests.training.deployed.crashes import every_crash
from tests.training.deployed.stages import DeployedStage, aws_client, new_client
from training.deployed.aws import StageError
from training.deployed.token_pair import Revoked, create_pair, revoke_pair
from training.deployed.usage_keys import UsageKeys
from training.token_book import NameTaken, NoSuchToken, add, read
from warmstart.tokens import Token, create


def new(name: str = "shop", plan: str = "standard") -> Token:
    """Return a token that is in no book yet."""
    return create(name, models=["*"], plan=plan, expires_at=None)[1]


def keys_of(stage: DeployedStage, gateway: Any = None) -> UsageKeys:
    """Return the keys of a stage."""
    return UsageKeys(stage.name, gateway or aws_client("apigateway"))


def make(stage: DeployedStage, token: Token, gateway: Any = None) -> Token:
    """Create a pair in a stage."""
    return create_pair(stage.open(), token, keys_of(stage, gateway), stage.plans[token.plan])


def revoke(stage: DeployedStage, name: str = "shop", gateway: Any = None) -> Revoked:
    """Revoke a pair of a stage."""
    return revoke_pair(stage.open(), name, keys_of(stage, gateway))


def assert_whole(stage: DeployedStage, plan: str = "standard") -> None:
    """Assert that shop has one token, one key, one plan, and that the token names the key."""
    assert stage.keys() == {f"warmstart-{stage.name}-shop": [plan]}
    assert {entry.usage_key for entry in read(stage.open()).tokens} == keys_of(stage).values()


def test_a_pair_is_made_and_removed(stage: DeployedStage) -> None:
    """The book's token names the key's value; after the revocation neither is there."""
    assert make(stage, new()) == read(stage.open()).tokens[0]
    assert_whole(stage)
    assert revoke(stage) == Revoked(token=True, keys=1)
    assert (read(stage.open()).tokens, stage.keys()) == ((), {})


def test_a_create_that_stops_anywhere_is_mended_by_the_next(deploy: Deploy) -> None:
    """Before or after each call to API Gateway: no token without its key, and one pair after the rerun."""
    stage, crashes = deploy(), 0
    for _ in every_crash(lambda gateway: make(stage, new(), gateway)):
        crashes += 1
        assert read(stage.open()).tokens == ()
        make(stage, new())
        assert_whole(stage)
        revoke(stage)
    assert crashes == 8
    assert_whole(stage)


def test_a_create_that_stops_is_mended_with_another_plan_too(deploy: Deploy) -> None:
    """An orphan in another plan is moved, and a crash while it moves is mended as well."""
    stage = deploy()

    def moved(gateway: Any) -> None:
        keys = keys_of(stage)
        keys.join(keys.find("shop") or keys.make("shop"), stage.plans["free"])
        make(stage, new(), gateway)

    crashes = 0
    for _ in every_crash(moved):
        crashes += 1
        make(stage, new(plan="internal"))
        assert_whole(stage, "internal")
        revoke(stage)
    assert crashes == 8
    assert_whole(stage)


def test_a_create_that_stops_before_it_says_the_token_is_revoked_and_made_anew(stage: DeployedStage) -> None:
    """The book is written and nobody has seen the secret: the name is taken, no second key is made."""
    make(stage, new())
    with pytest.raises(NameTaken, match="revoke it"):
        make(stage, new())
    assert_whole(stage)
    revoke(stage)
    make(stage, new(plan="free"))
    assert_whole(stage, "free")


def test_a_revocation_that_stops_anywhere_is_mended_by_the_next(deploy: Deploy) -> None:
    """The token is out of the book before API Gateway is asked, and the rerun leaves nothing."""
    stage = deploy()
    make(stage, new())
    crashes = 0
    for _ in every_crash(lambda gateway: revoke(stage, gateway=gateway)):
        crashes += 1
        assert read(stage.open()).tokens == ()
        if stage.keys():
            assert revoke(stage) == Revoked(token=False, keys=1)
        with pytest.raises(NoSuchToken, match="no token shop, and no API key"):
            revoke(stage)
        make(stage, new())
    assert crashes == 4
    assert (read(stage.open()).tokens, stage.keys()) == ((), {})


def test_a_token_without_a_key_is_revoked_too(stage: DeployedStage) -> None:
    """One that was made with --store, or whose key somebody deleted by hand."""
    add(stage.open(), new())
    assert revoke(stage) == Revoked(token=True, keys=0)


def test_a_long_name_revokes_no_shorter_one(stage: DeployedStage) -> None:
    """Nothing is cut off a name but in messages."""
    make(stage, new("x" * 64))
    with pytest.raises(NoSuchToken):
        revoke(stage, "x" * 65)


def test_who_loses_a_race_for_a_name_takes_its_own_key_back(stage: DeployedStage) -> None:
    """Somebody else's token comes into the book between the look and the write: theirs stays whole."""
    gateway = new_client("apigateway")

    def overtake(**_: object) -> None:
        gateway.meta.events.unregister("after-call.apigateway.CreateUsagePlanKey", overtake)
        keys = keys_of(stage)
        theirs = keys.make("shop")
        keys.join(theirs, stage.plans["standard"])
        add(stage.open(), Token(**{**_fields(new()), "usage_key": theirs.value}))

    gateway.meta.events.register("after-call.apigateway.CreateUsagePlanKey", overtake)
    with pytest.raises(NameTaken):
        make(stage, new(), gateway)
    assert_whole(stage)


def test_who_loses_a_race_over_the_same_orphan_leaves_the_key(stage: DeployedStage) -> None:
    """Both found the same left-over key; the winner's token needs it."""
    keys_of(stage).make("shop")
    gateway = new_client("apigateway")

    def overtake(**_: object) -> None:
        gateway.meta.events.unregister("after-call.apigateway.CreateUsagePlanKey", overtake)
        make(stage, new())

    gateway.meta.events.register("after-call.apigateway.CreateUsagePlanKey", overtake)
    with pytest.raises(NameTaken):
        make(stage, new(), gateway)
    assert_whole(stage)


def test_a_revocation_that_may_not_delete_keys_has_revoked(stage: DeployedStage, endpoint: str) -> None:
    """Access ends first; the error says that the token is out, and what is left to do."""
    make(stage, new())
    denied = json.dumps({"message": "User bob may not", "__type": "AccessDeniedException"}).encode()
    with answering(lambda *_: Answer(403, denied)) as nobody:
        gateway: Any = new_client("apigateway")
        gateway.meta.events.register(
            "before-sign.apigateway", lambda request, **_: setattr(request, "url", nobody + "/apikeys")
        )
        with pytest.raises(StageError, match=r"shop is revoked; .*run the same again.*not allowed.*bob may not"):
            revoke(stage, gateway=gateway)
    assert read(stage.open()).tokens == ()
    assert revoke(stage) == Revoked(token=False, keys=1)


def _fields(token: Token) -> dict[str, Any]:
    return {name: getattr(token, name) for name in Token.__slots__}
