"""Starts ministack, after teaching it what API Gateway does with the API key that an authorizer names.

Run by the Python of `.venv-infra`. ministack 1.5.33 counts calls against the plan of the key in `x-api-key` alone; with
`apiKeySource: AUTHORIZER`, API Gateway takes `usageIdentifierKey` of the authorizer's answer instead:
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-key-source.html
"""

import json
from collections.abc import Mapping
from typing import Any

from ministack.app import main
from ministack.services import apigateway_v1 as gateway

_keys: dict[str, str] = {}  # an Authorization header -> the key that the authorizer named for it
_ask = gateway._invoke_authorizer_lambda


async def _ask_and_remember(authorizer: Any, event: Mapping[str, Any], *owner: str) -> Any:
    result = await _ask(authorizer, event, *owner)
    said = (result or {}).get("body")
    said = json.loads(said) if isinstance(said, str | bytes) and said else said
    if isinstance(said, dict) and said.get("usageIdentifierKey"):
        _keys[event["authorizationToken"]] = said["usageIdentifierKey"]
    return result


def _key_of(headers: Mapping[str, Any]) -> str | None:
    return _keys.get(gateway._header_ci(headers, "authorization") or "")


if __name__ == "__main__":
    gateway._invoke_authorizer_lambda = _ask_and_remember
    gateway._api_key_from_request = _key_of
    main()
