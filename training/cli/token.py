"""`warmstart token create | list | join | revoke`: who may call the API."""

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click

from training.cli.console import Commands, Console, json_option, table
from training.cli.place import Place, deployed_stack, place_option, stage_option
from training.stores import open_named
from warmstart.grant import ALL_MODELS

if TYPE_CHECKING:
    from warmstart.tokens import Token

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@click.group(cls=Commands)
def token() -> None:
    """Create, list and revoke the tokens that the API accepts."""


@token.command()
@click.argument("name")
@place_option
@click.option(
    "--models",
    default=ALL_MODELS,
    show_default=True,
    help="Allowed models, by commas; * for all. catalogue: its items and users.",
)
@click.option("--days", type=click.IntRange(1, 36_500), help="Valid for so long; for ever if not given.")
@click.option("--plan", default="standard", show_default=True, help="The usage plan that its calls count against.")
@json_option
def create(name: str, place: Place, models: str, days: int | None, plan: str, console: Console) -> None:
    """Make a token and print it: the only time that anybody sees it.

    With --stage it also gets an API key in the stage's usage plan, behind the scenes; the deployed API refuses a token
    that was made with --store. A gateway may take a minute to know the key: 403 until then.
    """
    from infra.families import served_models
    from infra.plans import PLANS
    from warmstart.errors import SettingsError
    from warmstart.manifest import CATALOGUE, MODEL_NAME
    from warmstart.tokens import create as create_token

    allowed = [model.strip() for model in models.split(",")]
    if not NAME.fullmatch(name):
        raise SettingsError("a token's name is 1 to 64 letters, digits, dots, dashes and underscores")
    if not all(model == ALL_MODELS or MODEL_NAME.fullmatch(model) for model in allowed):
        raise SettingsError(f"--models takes model names by commas, or {ALL_MODELS}")
    if strangers := sorted(set(allowed) - {ALL_MODELS, CATALOGUE, *served_models()}):
        console.warn(f"no function serves {', '.join(strangers)}: see functions/*/family.toml")
    if plan not in PLANS:
        raise SettingsError(f"no plan {plan!r}; there are {', '.join(PLANS)}")
    expires_at = datetime.now(UTC) + timedelta(days=days) if days else None
    secret, made = create_token(name, models=allowed, plan=plan, expires_at=expires_at)
    _add(place, made)
    console.result({"token": secret, **_shown(made)}, secret)


@token.command("list")
@place_option
@json_option
def list_tokens(place: Place, console: Console) -> None:
    """List tokens by name; the tokens themselves are not kept anywhere."""
    from training.token_book import read

    book, keys = read(open_named(place.url)), _usable_keys(place, console)
    tokens = [{**_shown(entry), "state": _state(entry, keys)} for entry in book.tokens]
    rows = [
        (t["name"], t["models"], t["plan"], t["created_at"], t["expires_at"] or "never", t["state"]) for t in tokens
    ]
    text = table(("name", "models", "plan", "created", "expires", "state"), rows) if rows else "no tokens yet"
    console.result({"tokens": tokens}, text)


@token.command()
@stage_option
@json_option
def join(stage: str, console: Console) -> None:
    """Join every token to its usage plan again, after a stage was destroyed and deployed anew; make deploy does so."""
    from infra import outputs
    from training.deployed.token_pair import join_pairs
    from training.deployed.usage_keys import UsageKeys

    serving = deployed_stack(stage, "serving")
    store = open_named(deployed_stack(stage, "artifacts").output(outputs.STORE_URL))
    found = join_pairs(store, UsageKeys(stage), lambda plan: serving.output(outputs.plan(plan)))
    if found.without:
        console.warn(f"without an API key of this stage, and so refused by it: {', '.join(found.without)}")
    joined = ", ".join(found.joined) or "none: all were"
    console.result(found._asdict(), f"joined to their usage plans: {joined}")


@token.command()
@click.argument("name")
@place_option
@json_option
def revoke(name: str, place: Place, console: Console) -> None:
    """Refuse a token from now on; gateways that have just let it in do so for 70 seconds at most.

    With --stage its API key goes too, also one that a command which was cut short has left.
    """
    from training.token_book import remove

    store, said = open_named(place.url), f"revoked {name}"
    if place.stage:
        from training.deployed.token_pair import revoke_pair
        from training.deployed.usage_keys import UsageKeys

        if not revoke_pair(store, name, UsageKeys(place.stage)).token:
            said = f"{name} was revoked before; the API key that was left of it is gone now"
    elif remove(store, name).usage_key:
        console.warn(f"its API key stays, and opens nothing: warmstart token revoke {name} --stage NAME removes it")
    console.result({"revoked": name}, said)


def _add(place: Place, token: "Token") -> None:
    """Put a token into the book; where it is a stage's, with an API key in the stage's usage plan."""
    from training.token_book import add

    if not place.stage:
        add(open_named(place.url, create=True), token)
        return
    from infra import outputs
    from training.deployed.token_pair import create_pair
    from training.deployed.usage_keys import UsageKeys

    plan = deployed_stack(place.stage, "serving").output(outputs.plan(token.plan))
    create_pair(open_named(place.url), token, UsageKeys(place.stage), plan)


def _usable_keys(place: Place, console: Console) -> set[str] | None:
    """Return the API keys of a stage; None where there is no stage, or they may not be seen."""
    if not place.stage:
        return None
    from training.deployed.usage_keys import UsageKeys
    from warmstart.errors import WarmstartError

    try:
        return UsageKeys(place.stage).values()
    except WarmstartError as error:
        console.warn(f"{error}; a token without an API key is listed as valid")
        return None


def _state(token: "Token", keys: set[str] | None) -> str:
    if token.expired(datetime.now(UTC)):
        return "expired"
    return "no API key: 403" if keys is not None and token.usage_key not in keys else "valid"


def _shown(token: "Token") -> dict[str, str | None]:
    return {
        "name": token.name,
        "models": ",".join(token.models),
        "plan": token.plan,
        "created_at": token.created_at,
        "expires_at": token.expires_at,
        "state": _state(token, None),
    }
