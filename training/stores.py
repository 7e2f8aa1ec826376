"""Opens the store that a command or a job works on, with credentials as boto3 finds them."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from warmstart.errors import SettingsError
from warmstart.store import Store, open_store

if TYPE_CHECKING:
    from warmstart.manifest import Manifest


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


def manifest_of(store: Store, model: str, version: str | None) -> "Manifest":
    """Return the manifest of a model's version, the served one unless one is named.

    Raises:
        SettingsError: it is the catalogue, which is no model.
        VersionMissing: there is no such version, or none is served.
    """
    from warmstart.manifest import CATALOGUE
    from warmstart.registry import read_manifest

    if model == CATALOGUE:
        raise SettingsError(f"{CATALOGUE} holds titles and histories: it recommends nothing, to nobody")
    return read_manifest(store, model, version or _served_version(store, model))[0]


def _served_version(store: Store, model: str) -> str:
    """Return the version that a model serves; raise VersionMissing where there is none."""
    from warmstart.errors import VersionMissing
    from warmstart.registry import read_alias

    alias = read_alias(store, model)
    if alias is None:
        raise VersionMissing(f"{model} has no served version in {store.url}: name one with --version, or promote one")
    return alias.version


def _credentials() -> Callable[[], Any]:
    from botocore.exceptions import BotoCoreError
    from obstore.auth.boto3 import Boto3CredentialProvider

    from training.deployed.aws import session

    try:
        return Boto3CredentialProvider(session())
    except (ValueError, BotoCoreError) as error:
        raise SettingsError(f"no AWS credentials: {error}. Set AWS_PROFILE, or run `aws sso login`") from None


def function_credentials(url: str) -> dict[str, str]:
    """Return what a function's environment needs to read a store: what boto3 found, under Lambda's names."""
    if not url.startswith("s3://"):
        return {}
    from training.deployed.aws import session

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
