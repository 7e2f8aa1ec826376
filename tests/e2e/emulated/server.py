"""Starts ministack, after teaching it what API Gateway does with API keys. Run by the Python of `.venv-infra`.

ministack 1.5.33 counts calls against the plan of the key in `x-api-key` alone; with `apiKeySource: AUTHORIZER`, API
Gateway takes `usageIdentifierKey` of the authorizer's answer instead:
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-key-source.html
It also lists every usage plan where GetUsagePlans is asked for those of one key.

An image of no AWS base has Lambda's interface client and not its emulator, which ministack counts on: the emulator is
put into the container and in front of the entry point, as AWS says to test such an image:
https://docs.aws.amazon.com/lambda/latest/dg/python-image.html

The bucket takes nothing but TLS. Calls of ministack are plain HTTP that never leaves this machine: they count as TLS.
"""

import json
from collections.abc import Mapping
from typing import Any

from ministack.app import main
from ministack.core import iam_evaluator as iam
from ministack.services import apigateway_v1 as gateway
from ministack.services import lambda_svc

from tests.e2e.emulated import sagemaker

_keys: dict[str, str] = {}  # an Authorization header -> the key that the authorizer named for it
EMULATOR = "/usr/local/bin/aws-lambda-rie"
TLS = {"aws:securetransport": "true", "s3:tlsversion": "1.3"}
_resolve = iam._resolve_condition_key
_spawn = lambda_svc._spawn_lambda_container
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


def _as_over_tls(key: str, context: Any) -> Any:
    return TLS.get(key.lower()) or _resolve(key, context)


def _with_emulator(config: Mapping[str, Any], *rest: Any, **options: Any) -> Any:
    """Start a container; one whose image has an entry point of its own is started by Lambda's emulator."""
    image = (config.get("ImageConfigResponse") or {}).get("ImageConfig") or {}
    if entry := image.get("EntryPoint"):
        config = {**config, "ImageConfigResponse": {"ImageConfig": {**image, "EntryPoint": [EMULATOR, *entry]}}}
    return _spawn(config, *rest, **options)


def _plans(query: Any) -> Any:
    key = gateway._qp(query, "keyId")
    plans = [plan for plan in gateway._usage_plans.values() if not key or key in gateway._usage_plan_keys[plan["id"]]]
    return gateway._v1_paginated_response(plans, query)


if __name__ == "__main__":
    gateway._invoke_authorizer_lambda = _ask_and_remember
    gateway._api_key_from_request = _key_of
    iam._resolve_condition_key = _as_over_tls
    gateway._get_usage_plans = _plans
    lambda_svc._spawn_lambda_container = _with_emulator
    sagemaker.install()
    main()
