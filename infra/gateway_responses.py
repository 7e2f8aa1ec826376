"""The gateway's own errors, read from the one file that the deployed and the local gateway share."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

EXPOSED_HEADERS = "x-request-id, x-model-version, retry-after"  # as the functions' answers say


@dataclass(frozen=True)
class GatewayResponse:
    """What the gateway says itself when no function is to answer."""

    status: int
    headers: Mapping[str, str]  # as API Gateway maps them: 'a literal', context.requestId or method.request.header.NAME
    template: str  # the body; nothing in it is replaced


def read_gateway_responses(cors_origins: Sequence[str] = ()) -> dict[str, GatewayResponse]:
    """Every response by API Gateway's name for what went wrong.

    Args:
        cors_origins: of the pages that may read them in a browser.
    """
    table = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
    return {
        kind: GatewayResponse(
            entry["statusCode"],
            {**entry["headers"], **_cors_headers(cors_origins)},
            json.dumps(entry["template"], separators=(",", ":")),
        )
        for kind, entry in table.items()
    }


def _cors_headers(origins: Sequence[str]) -> dict[str, str]:
    """What lets pages read these answers.

    A mapping knows no list: where there are several origins, whichever page asks is allowed. These answers hold nothing
    secret: any page may learn that it has no token or asks too often. What functions answer is for the list alone.
    """
    if not origins:
        return {}
    return {
        "access-control-allow-origin": f"'{origins[0]}'" if len(origins) == 1 else "method.request.header.Origin",
        "access-control-expose-headers": f"'{EXPOSED_HEADERS}'",
        "vary": "'Origin'",
    }
