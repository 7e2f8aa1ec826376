"""Gateway events as functions get them."""

from typing import Any


def read_event(model: str, user_id: int) -> dict[str, Any]:
    """Return the proxy event of GET /reco/{model}/{user_id} with a good token."""
    path = f"/reco/{model}/{user_id}"
    headers = {"accept": "*/*", "authorization": "Bearer secret", "host": "localhost", "user-agent": "bench"}
    return {
        "resource": f"/reco/{model}/{{proxy+}}",
        "path": path,
        "httpMethod": "GET",
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": {"proxy": str(user_id)},
        "stageVariables": None,
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "local",
            "stage": "local",
            "resourcePath": f"/reco/{model}/{{proxy+}}",
            "path": path,
            "httpMethod": "GET",
            "protocol": "HTTP/1.1",
            "domainName": "localhost",
            "requestId": "3f0e2a52-8a2c-4c07-9a55-0d6c5f1d6f7e",
            "requestTimeEpoch": 1_793_715_302_000,
            "identity": {"sourceIp": "127.0.0.1", "userAgent": "bench"},
            "authorizer": {"token": "bench", "models": "*"},
        },
        "body": None,
        "isBase64Encoded": False,
    }
