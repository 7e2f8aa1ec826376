"""A function that answers the same to everything."""

from typing import Any

BODY = (
    '{"user_id": 1, "items": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], "model": "constant", "version": "1", "source": "model"}'
)


def handler(event: Any, context: Any) -> dict[str, Any]:
    """Answer."""
    headers = {"content-type": "application/json", "x-request-id": event["requestContext"]["requestId"]}
    return {"statusCode": 200, "headers": headers, "body": BODY, "isBase64Encoded": False}
