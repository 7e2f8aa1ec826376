"""The Lambda authorizer: a TOKEN authorizer in front of every route that is not open."""

from typing import Any

from functions.authorizer.policy import policy
from warmstart.errors import Unauthorized
from warmstart.settings import Settings
from warmstart.store import Patience, open_store
from warmstart.token_reader import TokenReader

_settings = Settings.from_env()
_tokens = TokenReader(
    open_store(_settings.store, endpoint=_settings.endpoint, patience=Patience(request=2, retries=2, retry_for=2))
)


def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Return a policy; raise exactly `Unauthorized` for a 401, and anything else for no access at all."""
    header = event.get("authorizationToken") if isinstance(event, dict) else None
    try:
        if not isinstance(header, str):
            raise Unauthorized
        token = _tokens.find(header)
    except Unauthorized:
        raise Exception("Unauthorized") from None  # the gateway knows this one text
    return policy(token, str(event.get("methodArn", "")))
