"""An authorizer whose tokens say what it is to do."""

import time
from typing import Any

calls = 0


def handler(event: dict[str, Any], context: Any) -> Any:
    """A policy for the tokens below; `Unauthorized` for any other."""
    global calls  # noqa: PLW0603 what a process remembers is what is tested
    calls += 1
    match event["authorizationToken"].removeprefix("Bearer "):
        case "good":
            return _answer("good", "*")
        case "only-als":
            return _answer("only-als", "arn:aws:execute-api:*:*:*/*/*/reco/als*")
        case "free":
            return _answer("free", "*", plan="free")
        case "no-plan":
            return _answer("no-plan", "*", plan="gold")
        case "malformed":
            return {"principalId": "malformed", "policyDocument": "all of it"}
        case "raise":
            raise ValueError("the token store is down")
        case "slow":
            time.sleep(60)
    raise Exception("Unauthorized")  # API Gateway looks for this text


def _answer(name: str, resource: str, plan: str = "internal") -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": [resource]}
    return {
        "principalId": name,
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        "context": {"token": name, "models": "*", "plan": plan, "calls": calls},
    }
