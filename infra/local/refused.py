"""The gateway's own answers, from the file that the deployed gateway reads too."""

from collections.abc import Mapping

from infra.gateway_responses import GatewayResponse, read_gateway_responses
from infra.local.exchange import Answer


class Refused(Exception):
    """No function will answer this request; the message is API Gateway's name for why."""


class GatewayAnswers:
    """Says what API Gateway would."""

    def __init__(self, responses: Mapping[str, GatewayResponse] | None = None) -> None:
        self._responses = responses or read_gateway_responses()

    def __call__(self, kind: str, request_id: str) -> Answer:
        """The answer of this kind."""
        response = self._responses[kind]
        headers = tuple((name, _value(mapped, request_id)) for name, mapped in response.headers.items())
        return Answer(response.status, headers, response.template.encode())


def _value(mapped: str, request_id: str) -> str:
    return request_id if mapped == "context.requestId" else mapped.strip("'")
