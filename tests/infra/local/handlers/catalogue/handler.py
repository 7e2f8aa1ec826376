"""A catalogue that says which path came to it, and whether anyone vouched for the caller."""

import json
from typing import Any


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Everything that no family answers."""
    said = {"path": event["path"], "resource": event["resource"], "known": "authorizer" in event["requestContext"]}
    return {"statusCode": 404, "body": json.dumps(said)}
