"""A handler that imports what a family's does and answers a constant: what a cold start is held against."""

import importlib
import os
from typing import Any

for name in filter(None, os.environ["BENCH_IMPORTS"].split(",")):
    importlib.import_module(name)

BODY = '{"user_id":1,"items":[1,2,3,4,5,6,7,8,9,10],"model":"als","version":"v","source":"model"}'


def handler(event: Any, context: Any) -> dict[str, Any]:
    """Answer the same to everybody."""
    headers = {"content-type": "application/json"}
    return {"statusCode": 200, "headers": headers, "body": BODY, "isBase64Encoded": False}
