"""Lambda's Runtime API for one function: where `awslambdaric` asks for events and leaves answers."""

import json
import secrets
import time

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from infra.local.arns import function_arn
from infra.local.function import FunctionFailed
from infra.local.life import Life

ANSWER_LIMIT = 6 * 2**20  # bytes, Lambda's
RUNTIME = "/2018-06-01/runtime"


class RuntimeApi:
    """The Runtime API of one function, for each of its processes in turn."""

    def __init__(self, function_name: str) -> None:
        self.arn = function_arn(function_name)
        self.life = Life()
        self.app = Starlette(
            routes=[
                Route(f"{RUNTIME}/invocation/next", self._next),
                Route(f"{RUNTIME}/invocation/{{request_id}}/response", self._response, methods=["POST"]),
                Route(f"{RUNTIME}/invocation/{{request_id}}/error", self._error, methods=["POST"]),
                Route(f"{RUNTIME}/init/error", self._init_error, methods=["POST"]),
            ]
        )

    def begin(self) -> None:
        """The next process is about to start."""
        self.life = Life()

    async def _next(self, _: Request) -> Response:
        invocation = await self.life.next()
        if invocation is None:
            return Response(status_code=410)
        headers = {
            "Lambda-Runtime-Aws-Request-Id": invocation.request_id,
            "Lambda-Runtime-Deadline-Ms": str(invocation.deadline_ms),
            "Lambda-Runtime-Invoked-Function-Arn": self.arn,
            "Lambda-Runtime-Trace-Id": trace_id(),
        }
        return Response(invocation.event, headers=headers, media_type="application/json")

    async def _response(self, request: Request) -> Response:
        answer = await _read(request)
        outcome = FunctionFailed("the answer is too large") if answer is None else answer
        if not self.life.finish(request.path_params["request_id"], outcome):
            return _refusal(400, "InvalidRequestID")
        return _accepted() if answer is not None else _refusal(413, "RequestEntityTooLarge")

    async def _error(self, request: Request) -> Response:
        failure = FunctionFailed(_error_message(await request.body()))
        known = self.life.finish(request.path_params["request_id"], failure)
        return _accepted() if known else _refusal(400, "InvalidRequestID")

    async def _init_error(self, _: Request) -> Response:
        return _accepted()


async def _read(request: Request) -> bytes | None:
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size <= ANSWER_LIMIT:
            chunks.append(chunk)
    return b"".join(chunks) if size <= ANSWER_LIMIT else None


def _error_message(body: bytes) -> str:
    try:
        return str(json.loads(body)["errorMessage"])
    except (ValueError, TypeError, KeyError):
        return "an error that is none"


def _accepted() -> Response:
    return JSONResponse({"status": "OK"}, status_code=202)


def _refusal(status: int, kind: str) -> Response:
    return JSONResponse({"errorType": kind, "errorMessage": kind}, status_code=status)


def trace_id() -> str:
    """A new X-Ray trace, not sampled."""
    return f"Root=1-{int(time.time()):08x}-{secrets.token_hex(12)};Sampled=0"
