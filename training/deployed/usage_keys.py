"""API keys of API Gateway: one stands behind each token of a deployed stage and joins it to a usage plan.

The API's key source is its authorizer, so a key opens nothing by itself, and nobody but the authorizer sends one.
"""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from infra.outputs import STAGE_TAG
from training.deployed.aws import asking, client, code_of
from warmstart.tokens import USAGE_KEY


@dataclass(frozen=True)
class UsageKey:
    """An API key."""

    id: str
    value: str = field(repr=False)


class UsageKeys:
    """The API keys of a stage: `warmstart-<stage>-<token>`, whose stage has no dash."""

    def __init__(self, stage: str, gateway: Any = None) -> None:
        self.stage = stage
        self._gateway = gateway or client("apigateway")

    def values(self) -> set[str]:
        """Return the values of all that are enabled."""
        return {key["value"] for key in self._listed("") if key["enabled"]}

    def find(self, token: str) -> UsageKey | None:
        """Return the oldest key of a token that can be used; a create that was cut short has left it."""
        found = [key for key in self._named(token) if key["enabled"] and USAGE_KEY.fullmatch(key["value"])]
        if not found:
            return None
        oldest = min(found, key=lambda key: (key["createdDate"], key["id"]))
        return UsageKey(oldest["id"], oldest["value"])

    def make(self, token: str) -> UsageKey:
        """Make a key of 256 random bits."""
        value = secrets.token_hex(32)
        with asking(f"create the API key {self._name(token)}"):
            made = self._gateway.create_api_key(
                name=self._name(token), enabled=True, value=value, tags={STAGE_TAG: self.stage}
            )
        return UsageKey(made["id"], value)

    def join(self, key: UsageKey, plan: str) -> bool:
        """Make a usage plan, by its id, the only one of a key; return whether it was not in it."""
        with asking(f"join an API key to the usage plan {plan}"):
            joined = self._plans_of(key)
            for other in joined - {plan}:  # first: a key may stand in one plan of an API only
                self._gateway.delete_usage_plan_key(usagePlanId=other, keyId=key.id)
            if plan in joined:
                return False
            try:
                self._gateway.create_usage_plan_key(usagePlanId=plan, keyId=key.id, keyType="API_KEY")
            except ClientError as error:
                if code_of(error) != "ConflictException" or plan not in self._plans_of(key):
                    raise
        return True

    def delete(self, key_id: str) -> None:
        """Delete a key, which leaves its usage plan by that; one that is gone already is no error."""
        with asking(f"delete the API key {key_id}"):
            try:
                self._gateway.delete_api_key(apiKey=key_id)
            except ClientError as error:
                if code_of(error) != "NotFoundException":
                    raise

    def remove(self, token: str) -> int:
        """Delete every key of a token and return how many there were."""
        found = [key["id"] for key in self._named(token)]
        for key_id in found:
            self.delete(key_id)
        return len(found)

    def _named(self, token: str) -> Iterator[dict[str, Any]]:
        return (key for key in self._listed(token) if key.get("name") == self._name(token))

    def _listed(self, start: str) -> Iterator[dict[str, Any]]:
        """Yield the stage's keys whose token's name starts so."""
        with asking("list API keys"):
            pages = self._gateway.get_paginator("get_api_keys").paginate(
                nameQuery=self._name(start), includeValues=True, PaginationConfig={"PageSize": 500}
            )
            for page in pages:
                yield from page["items"]

    def _plans_of(self, key: UsageKey) -> set[str]:
        pages = self._gateway.get_paginator("get_usage_plans").paginate(keyId=key.id)
        return {plan["id"] for page in pages for plan in page["items"]}

    def _name(self, token: str) -> str:
        return f"warmstart-{self.stage}-{token}"
