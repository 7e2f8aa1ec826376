"""The gateway's own answers, from the file that the deployed gateway reads too."""

from collections.abc import Mapping

from infra.gateway_responses import GatewayResponse
from infra.local.exchange import Answer, Request

CLIENT_HEADER = "method.request.header."


class Refused(Exception):
    """No function will answer this request; the message is API Gateway's name for why."""


class GatewayAnswers:
    """Says what API Gateway would."""

    def __init__(self, responses: Mapping[str, GatewayResponse]) -> None:
        self._responses = responses

    def __call__(self, kind: str, request: Request) -> Answer:
        """The answer of this kind to a request."""
        response = self._responses[kind]
        headers = tuple(
            (name, value) for name, mapped in response.headers.items() for value in _values(mapped, request)
        )
        return Answer(response.status, headers, response.template.encode())


def _values(mapped: str, request: Request) -> list[str]:
    """What a header becomes; none where it is a header of the request's that is not there."""
    if mapped == "context.requestId":
        return [request.request_id]
    if mapped.startswith(CLIENT_HEADER):
        return request.values(mapped.removeprefix(CLIENT_HEADER).lower())[-1:]
    return [mapped.strip("'")]
