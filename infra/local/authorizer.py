"""The authorizer's place in the gateway: who is it, may they, and not to ask again for a while."""

import json
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from infra.local.arns import method_arn
from infra.local.exchange import Request
from infra.local.function import FunctionFailed, FunctionTimedOut
from infra.local.policy import Policy
from infra.local.refused import Refused
from infra.plans import AUTHORIZER_CACHE_SECONDS

CACHED_TOKENS = 1_000

Invoke = Callable[[bytes], Awaitable[bytes]]


@dataclass(frozen=True)
class Grant:
    """What the authorizer said of a token."""

    principal: str
    policy: Policy
    context: Mapping[str, str]

    @classmethod
    def parse(cls, answer: bytes) -> "Grant":
        """Read the authorizer's answer; ValueError if API Gateway would not."""
        said = json.loads(answer)
        if not isinstance(said, dict):
            raise ValueError("not an authorizer's answer")
        principal = said.get("principalId")
        if not isinstance(principal, str) or not principal:
            raise ValueError("nobody")
        return cls(principal, Policy(said.get("policyDocument")), _context(said.get("context")))


class Authorizer:
    """Asks the authorizer's function about a request's token; a token's policy is kept, a refusal is not."""

    def __init__(self, invoke: Invoke, clock: Callable[[], float] = time.monotonic) -> None:
        self._invoke = invoke
        self._clock = clock
        self._kept: OrderedDict[str, tuple[float, Grant]] = OrderedDict()  # when it is forgotten, what was said

    async def admit(self, request: Request) -> Grant:
        """The grant that covers this request, or Refused."""
        tokens = request.values("authorization")
        if len(tokens) != 1 or not tokens[0].strip():
            raise Refused("UNAUTHORIZED")
        arn = method_arn(request.method, request.raw_path)
        grant = self._remembered(tokens[0]) or await self._ask(tokens[0], arn)
        if not grant.policy.allows(arn):
            raise Refused("ACCESS_DENIED")
        return grant

    def _remembered(self, token: str) -> Grant | None:
        until, grant = self._kept.get(token, (0.0, None))
        return grant if self._clock() < until else None

    async def _ask(self, token: str, arn: str) -> Grant:
        event = {"type": "TOKEN", "authorizationToken": token, "methodArn": arn}
        try:
            grant = Grant.parse(await self._invoke(json.dumps(event).encode()))
        except FunctionFailed as failure:
            raise Refused("UNAUTHORIZED" if str(failure) == "Unauthorized" else "AUTHORIZER_FAILURE") from None
        except (FunctionTimedOut, ValueError, RecursionError):
            raise Refused("AUTHORIZER_FAILURE") from None
        self._keep(token, grant)
        return grant

    def _keep(self, token: str, grant: Grant) -> None:
        self._kept[token] = (self._clock() + AUTHORIZER_CACHE_SECONDS, grant)
        self._kept.move_to_end(token)
        if len(self._kept) > CACHED_TOKENS:
            self._kept.popitem(last=False)


def _context(value: object) -> dict[str, str]:
    """A flat object whose values reach the functions as text."""
    context = {} if value is None else value
    if not isinstance(context, dict):
        raise ValueError("a context is an object")
    if not all(isinstance(entry, str | int | float) for entry in context.values()):
        raise ValueError("a context holds text, numbers and booleans")
    return {key: entry if isinstance(entry, str) else json.dumps(entry) for key, entry in context.items()}
