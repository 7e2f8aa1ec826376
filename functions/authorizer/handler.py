"""The Lambda authorizer: a TOKEN authorizer in front of every route that is not open."""

from typing import Any

from warmstart.init_times import init

with init() as times:
    from functions.authorizer.policy import policy
    from warmstart.errors import Unauthorized
    from warmstart.settings import Settings
    from warmstart.store import Patience, open_store
    from warmstart.token_reader import TokenReader

    times.imported()
    settings, patience = Settings.from_env(), Patience(request=2, retries=2, retry_for=2)
    with times.part("Store"):
        tokens = TokenReader(open_store(settings.store, endpoint=settings.endpoint, patience=patience))


def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Return a policy; raise exactly `Unauthorized` for a 401, and anything else for no access at all."""
    header = event.get("authorizationToken") if isinstance(event, dict) else None
    try:
        if not isinstance(header, str):
            raise Unauthorized
        token = tokens.find(header)
    except Unauthorized:
        raise Exception("Unauthorized") from None  # the gateway knows this one text
    return policy(token, str(event.get("methodArn", "")))
