"""The gateway's own errors, read from the one file that the deployed and the local gateway share."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class GatewayResponse:
    """What the gateway says itself when no function is to answer."""

    status: int
    headers: Mapping[str, str]  # as API Gateway maps them: 'a literal', or context.requestId
    template: str  # the body; nothing in it is replaced


def read_gateway_responses() -> dict[str, GatewayResponse]:
    """Every response by API Gateway's name for what went wrong."""
    table = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
    return {
        kind: GatewayResponse(
            entry["statusCode"], entry["headers"], json.dumps(entry["template"], separators=(",", ":"))
        )
        for kind, entry in table.items()
    }
