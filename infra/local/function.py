"""One function, and the environment that its process gets."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from infra import tree
from infra.functions import TUNING
from infra.local.arns import REGION

TASK_ROOT = tree.ROOT  # /var/task there
CONCURRENCY = 1_000  # calls at once: Lambda's default, for all functions of an account together
LAYER = tree.LAYER / "python"  # /opt/python there

INHERITED = (
    "PATH",
    "HOME",
    "LANG",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_PROFILE",
    "AWS_CONFIG_FILE",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_ROLE_ARN",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_S3",
    "AWS_CA_BUNDLE",
)


class FunctionFailed(Exception):
    """The function answered with an error, or its process died; the message is its `errorMessage`."""


class FunctionThrottled(FunctionFailed):
    """As many calls as the function may have at once are under way, and this one was not begun."""


class FunctionTimedOut(Exception):
    """No answer in the time that the function or the gateway allows."""


@dataclass(frozen=True)
class Function:
    """What Lambda is told about a function."""

    name: str
    handler: str  # a module's path and the name in it: functions.lists.handler.handler
    environment: Mapping[str, str]
    memory_mb: int
    timeout_s: float
    concurrency: int = CONCURRENCY


def lambda_environment(function: Function, runtime_api: str, parent: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The whole environment of the function's process: nothing of the parent's but what finds AWS and the shell."""
    inherited = {name: parent[name] for name in INHERITED if name in parent}
    region = inherited.get("AWS_REGION") or inherited.get("AWS_DEFAULT_REGION") or REGION
    return {
        **inherited,
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_LAMBDA_RUNTIME_API": runtime_api,
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_mb),
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_FORMAT": "JSON",
        "AWS_LAMBDA_LOG_LEVEL": "INFO",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{function.name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": "local",
        "_HANDLER": function.handler,
        "LAMBDA_TASK_ROOT": str(TASK_ROOT),
        "PYTHONPATH": os.pathsep.join([str(TASK_ROOT), str(LAYER)]),
        "TZ": ":UTC",
        **TUNING,
        **function.environment,
    }
