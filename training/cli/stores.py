"""Names and opens the store that a command works on, with credentials as boto3 finds them."""

import os
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, NamedTuple

import click
from click.core import ParameterSource

from warmstart.errors import SettingsError
from warmstart.store import Store, open_store

Command = Callable[..., Any]


class Place(NamedTuple):
    """Where a command works."""

    url: str  # of the store
    stage: str | None  # the deployed stage whose store it is, where a stage was named


def place_option(command: Command) -> Command:
    """Add --store and --stage to a command, which gets the `place` that one of them names."""

    @click.option(
        "--store",
        "store_url",
        envvar="WARMSTART_STORE",
        metavar="URL",
        show_envvar=True,
        help="Where artifacts are: s3://bucket/prefix, or a folder.",
    )
    @click.option(
        "--stage",
        envvar="WARMSTART_STAGE",
        metavar="NAME",
        show_envvar=True,
        help="A deployed stage, whose store it is then.",
    )
    @wraps(command)
    def placed(*args: Any, store_url: str | None, stage: str | None, **others: Any) -> Any:
        return command(*args, place=_place(store_url, stage), **others)

    return placed


def store_option(command: Command) -> Command:
    """Add --store and --stage to a command, which gets the `store_url` that one of them names."""

    @place_option
    @wraps(command)
    def stored(*args: Any, place: Place, **others: Any) -> Any:
        return command(*args, store_url=place.url, **others)

    return stored


def _place(store_url: str | None, stage: str | None) -> Place:
    source = click.get_current_context().get_parameter_source
    named = {name: value for name, value in (("store_url", store_url), ("stage", stage)) if value is not None}
    typed = {name: value for name, value in named.items() if source(name) != ParameterSource.ENVIRONMENT}
    if len(typed) > 1:
        raise click.UsageError("--store and --stage both name a store: say one of them")
    chosen = typed or named
    if not chosen:
        raise click.UsageError(
            "which store? Say --store URL or --stage NAME, or set WARMSTART_STORE or WARMSTART_STAGE"
        )
    if len(chosen) > 1:
        raise click.UsageError("WARMSTART_STORE and WARMSTART_STAGE are both set: say --store or --stage, or unset one")
    return Place(_store_of(chosen["stage"]), chosen["stage"]) if "stage" in chosen else Place(chosen["store_url"], None)


def _store_of(stage: str) -> str:
    from training.stage import read_stack

    stack = read_stack(stage, "artifacts")
    if stack.remark:
        click.echo(f"warning: {stack.remark}", err=True)
    return stack.output("StoreUrl")


def open_named(url: str, *, create: bool = False) -> Store:
    """Open a store; for S3 profiles, SSO and session tokens work as everywhere else, through boto3.

    Args:
        url: where it is.
        create: whether a folder that does not exist is made; a command that only reads takes it for a slip.

    Raises:
        SettingsError: there is no such folder, or there are no credentials at all.
    """
    if "://" not in url and not create and not Path(url).expanduser().is_dir():
        raise SettingsError(f"there is no store in {url}: warmstart train makes one")
    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
    return open_store(url, credentials=_credentials() if url.startswith("s3://") else None, endpoint=endpoint)


def _credentials() -> Callable[[], Any]:
    from botocore.exceptions import BotoCoreError
    from obstore.auth.boto3 import Boto3CredentialProvider

    from training.aws import session

    try:
        return Boto3CredentialProvider(session())
    except (ValueError, BotoCoreError) as error:
        raise SettingsError(f"no AWS credentials: {error}. Set AWS_PROFILE, or run `aws sso login`") from None


def function_credentials(url: str) -> dict[str, str]:
    """Return what a function's environment needs to read a store: what boto3 found, under Lambda's names."""
    if not url.startswith("s3://"):
        return {}
    from training.aws import session

    found_session = session()
    credentials = found_session.get_credentials()
    found = credentials.get_frozen_credentials() if credentials else None
    named = {
        "AWS_ACCESS_KEY_ID": found.access_key if found else None,
        "AWS_SECRET_ACCESS_KEY": found.secret_key if found else None,
        "AWS_SESSION_TOKEN": found.token if found else None,
        "AWS_REGION": found_session.region_name,
    }
    return {name: value for name, value in named.items() if value}
