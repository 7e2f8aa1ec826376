"""`warmstart token create | list | revoke`: who may call the API."""

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click

from training.cli.console import Commands, Console, json_option, table
from training.cli.stores import open_named, store_option

if TYPE_CHECKING:
    from warmstart.tokens import Token

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@click.group(cls=Commands)
def token() -> None:
    """Create, list and revoke the tokens that the API accepts."""


@token.command()
@click.argument("name")
@store_option
@click.option("--models", default="*", show_default=True, help="Allowed models, by commas; * for all.")
@click.option("--days", type=click.IntRange(1, 36_500), help="Valid for so long; for ever if not given.")
@click.option("--plan", default="standard", show_default=True, help="The usage plan that its calls count against.")
@json_option
def create(name: str, store_url: str, models: str, days: int | None, plan: str, console: Console) -> None:
    """Make a token and print it: the only time that anybody sees it."""
    from infra.config import PLANS
    from training.token_book import add
    from warmstart.errors import SettingsError
    from warmstart.manifest import MODEL_NAME
    from warmstart.tokens import create as create_token

    allowed = [model.strip() for model in models.split(",")]
    if not NAME.fullmatch(name):
        raise SettingsError("a token's name is 1 to 64 letters, digits, dots, dashes and underscores")
    if not all(model == "*" or MODEL_NAME.fullmatch(model) for model in allowed):
        raise SettingsError("--models takes model names by commas, or *")
    if plan not in PLANS:
        raise SettingsError(f"no plan {plan!r}; there are {', '.join(PLANS)}")
    expires_at = datetime.now(UTC) + timedelta(days=days) if days else None
    secret, made = create_token(name, models=allowed, plan=plan, expires_at=expires_at)
    add(open_named(store_url, create=True), made)
    console.result({"token": secret, **_shown(made)}, secret)


@token.command("list")
@store_option
@json_option
def list_tokens(store_url: str, console: Console) -> None:
    """List tokens by name; the tokens themselves are not kept anywhere."""
    from training.token_book import read

    tokens = [_shown(entry) for entry in read(open_named(store_url)).tokens]
    rows = [
        (t["name"], t["models"], t["plan"], t["created_at"], t["expires_at"] or "never", t["state"]) for t in tokens
    ]
    text = table(("name", "models", "plan", "created", "expires", "state"), rows) if rows else "no tokens yet"
    console.result({"tokens": tokens}, text)


@token.command()
@click.argument("name")
@store_option
@json_option
def revoke(name: str, store_url: str, console: Console) -> None:
    """Refuse a token from now on; gateways that have just let it in do so for 70 seconds at most."""
    from training.token_book import remove

    remove(open_named(store_url), name)
    console.result({"revoked": name}, f"revoked {name}")


def _shown(token: "Token") -> dict[str, str | None]:
    return {
        "name": token.name,
        "models": ",".join(token.models),
        "plan": token.plan,
        "created_at": token.created_at,
        "expires_at": token.expires_at,
        "state": "expired" if token.expired(datetime.now(UTC)) else "valid",
    }
