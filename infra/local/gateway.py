"""The gateway: HTTP in, authorizer, plan, the function's event, HTTP out."""

import asyncio
import json
import traceback
from collections.abc import Mapping, Sequence

from starlette.types import Receive, Scope, Send

from infra.gateway_responses import read_gateway_responses
from infra.local.authorizer import Authorizer, Invoke
from infra.local.exchange import Answer, BodyTooLarge, ClientGone, Request, read_body, request_of, send_answer
from infra.local.function import FunctionFailed, FunctionTimedOut
from infra.local.process import say
from infra.local.proxy_answer import MalformedAnswer, proxy_answer
from infra.local.proxy_event import proxy_event
from infra.local.refused import GatewayAnswers, Refused
from infra.local.routes import METHODS, Route, Routes
from infra.local.usage import Usage
from infra.plans import OPEN, PLANS, Plan

BODY_LIMIT = 10 * 2**20  # bytes, API Gateway's
EVENT_LIMIT = 6 * 2**20  # bytes, Lambda's


class Gateway:
    """An ASGI application that does what a REST API does."""

    def __init__(
        self,
        routes: Routes,
        functions: Mapping[str, Invoke],
        authorizer: Authorizer,
        usage: Usage,
        cors_origins: Sequence[str] = (),
    ) -> None:
        self._routes = routes
        self._functions = functions
        self._authorizer = authorizer
        self._usage = usage
        self._own_answer = GatewayAnswers(read_gateway_responses(cors_origins))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = request_of(scope)
        try:
            answer = await self._answer(request, receive)
        except ClientGone:
            return
        except Refused as refusal:
            answer = self._own_answer(str(refusal), request)
        except asyncio.CancelledError:  # the server stops, and waits no longer for the function
            answer = self._own_answer("INTEGRATION_FAILURE", request)
        except Exception:  # whatever it is, the client gets an answer and the log gets the rest
            say("gateway", f"{request.request_id} {traceback.format_exc()}")
            answer = self._own_answer("DEFAULT_5XX", request)
        await send_answer(answer, send)

    async def _answer(self, request: Request, receive: Receive) -> Answer:
        if not request.raw_path.startswith("/"):
            raise Refused("DEFAULT_4XX")
        if request.method not in METHODS:
            raise Refused("MISSING_AUTHENTICATION_TOKEN")  # that is what API Gateway says to a method it lacks
        route = self._routes.find(request.method, request.raw_path)
        authorizer = await self._admit(request, route)
        try:
            body = await read_body(request, receive, BODY_LIMIT)
        except BodyTooLarge:
            raise Refused("REQUEST_TOO_LARGE") from None
        event = json.dumps(proxy_event(request, route, body, authorizer), ensure_ascii=False).encode()
        if len(event) > EVENT_LIMIT:
            raise Refused("REQUEST_TOO_LARGE")
        return await self._integrate(request, route, event)

    async def _admit(self, request: Request, route: Route) -> dict[str, str] | None:
        """What the function is told of the caller; None where anyone may call."""
        if route.open:
            self._count(f"{request.method} {route.resource}", OPEN)
            return None
        grant = await self._authorizer.admit(request)
        plan = PLANS.get(grant.context.get("plan", ""))
        if plan is None:
            raise Refused("INVALID_API_KEY")
        self._count(grant.principal, plan)
        return {**grant.context, "principalId": grant.principal}

    def _count(self, who: str, plan: Plan) -> None:
        if refusal := self._usage.refusal(who, plan):
            raise Refused(refusal)

    async def _integrate(self, request: Request, route: Route, event: bytes) -> Answer:
        try:
            return proxy_answer(await self._functions[route.function](event), request.request_id)
        except FunctionTimedOut:
            raise Refused("INTEGRATION_TIMEOUT") from None
        except FunctionFailed:
            raise Refused("INTEGRATION_FAILURE") from None
        except MalformedAnswer as error:
            say("gateway", f"{request.request_id} {route.function}: {error}")
            raise Refused("INTEGRATION_FAILURE") from None
