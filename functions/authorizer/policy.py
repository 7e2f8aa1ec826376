"""The IAM policy of a token: all that it may do, never the called method alone, since gateways cache it."""

from typing import Any

from warmstart.grant import ALL_MODELS
from warmstart.manifest import CATALOGUE
from warmstart.tokens import Token

SHARED_PATHS = ("models",)  # what every token may read
CATALOGUE_PATHS = ("items", "users", "users/*")


def policy(token: Token, method_arn: str) -> dict[str, Any]:
    """Return the authorizer's answer for a token, the API key that its calls count against included.

    Args:
        token: whose.
        method_arn: arn:aws:execute-api:region:account:api/stage/METHOD/path; only its api and stage are used.
    """
    api_and_stage = "/".join(method_arn.split("/", 2)[:2])
    counted = {"usageIdentifierKey": token.usage_key} if token.usage_key else {}
    return {
        **counted,
        "principalId": token.name,
        "policyDocument": {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Action": "execute-api:Invoke",
                    "Effect": "Allow",
                    "Resource": [f"{api_and_stage}/*/{path}" for path in _paths(token)],
                }
            ],
        },
        "context": {"token": token.name, "models": ",".join(token.models), "plan": token.plan},
    }


def _paths(token: Token) -> list[str]:
    if ALL_MODELS in token.models:
        return ["*"]
    return [*SHARED_PATHS, *(path for model in token.models for path in _paths_of(model))]


def _paths_of(model: str) -> tuple[str, ...]:
    if model == CATALOGUE:
        return CATALOGUE_PATHS
    return (f"reco/{model}", f"reco/{model}/*", f"similar/{model}", f"similar/{model}/*")
