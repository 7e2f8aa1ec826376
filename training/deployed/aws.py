"""AWS as the command asks it: boto3 clients, and whatever goes wrong there as one line that says what to do."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOError,
    TokenRetrievalError,
)

from warmstart.errors import SettingsError, WarmstartError

CONFIG = Config(connect_timeout=5, read_timeout=30, retries={"mode": "standard", "total_max_attempts": 5})
NO_CREDENTIALS = (
    CredentialRetrievalError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOError,
    TokenRetrievalError,
)
NOT_VALID = (
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "RequestExpired",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
)
DENIED = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "Forbidden", "403")
LOG_IN = "Set AWS_PROFILE, or run `aws sso login`"


class StageError(WarmstartError):
    """A deployed stage is not as it should be, or AWS did not do what was asked of it."""


def session() -> boto3.Session:
    """Return boto3's session in the region of AWS_REGION, which boto3 leaves to others."""
    return boto3.Session(region_name=os.environ.get("AWS_REGION") or None)


def client(service: str) -> Any:
    """Return a client with credentials, region and endpoint as boto3 finds them."""
    with asking(f"ask {service}"):
        # The stubs know a service only by a package of its own, so this is typed as little as boto3 itself.
        make: Any = session().client
        return make(service, config=CONFIG)


@contextmanager
def asking(what: str) -> Iterator[None]:
    """Turn boto3's errors into this project's.

    Args:
        what: what is asked of AWS, after "cannot".

    Raises:
        SettingsError: no good credentials, or no region.
        StageError: AWS refuses, is not reached, or does not do it.
    """
    try:
        yield
    except NoRegionError:
        raise SettingsError("no AWS region: set AWS_REGION, or a region in the profile") from None
    except NO_CREDENTIALS as error:
        raise SettingsError(f"no AWS credentials: {str(error).rstrip('.')}. {LOG_IN}") from None
    except ClientError as error:
        raise _refused(what, code_of(error), error.response["Error"].get("Message", "")) from None
    except (BotoCoreError, ValueError) as error:  # ValueError: an endpoint that is no URL
        raise StageError(f"cannot {what}: {error}") from None


def code_of(error: ClientError) -> str:
    """Return AWS's own word for an error."""
    return str(error.response["Error"].get("Code", ""))


def _refused(what: str, code: str, message: str) -> WarmstartError:
    if code in NOT_VALID:
        return SettingsError(f"AWS takes these credentials no longer or not at all: {message} ({code}). {LOG_IN}")
    if code in DENIED:
        return StageError(f"not allowed to {what}: {message or code}")
    return StageError(f"cannot {what}: {message} ({code})")
