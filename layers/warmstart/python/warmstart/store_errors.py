"""obstore's errors as this project's."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from obstore.exceptions import (
    AlreadyExistsError,
    BaseError,
    InvalidPathError,
    NotModifiedError,
    PermissionDeniedError,
    PreconditionError,
    UnauthenticatedError,
)

from warmstart.errors import AccessDenied, Conflict, KeyMissing, StoreError, StoreUnavailable

CODE = re.compile(r"<Code>([A-Za-z]{1,64})</Code>")
ODD_KEY = re.compile(r'Path "(.*?)"(?: contained|: )', re.DOTALL)  # with an empty part, `..` or a control character
BUSY = "ConditionalRequestConflict"  # S3's word for a conditional write that met another one and may be tried again


@contextmanager
def translated(key: str) -> Iterator[None]:
    """Turn obstore's errors into this project's; their text, which can hold signed URLs, stays out."""
    try:
        yield
    except FileNotFoundError:
        raise KeyMissing(f"no object {key}") from None
    except (AlreadyExistsError, PreconditionError) as error:
        if BUSY in code_of(error):
            raise StoreUnavailable(f"{key} is being written by others all the time") from None
        raise Conflict(f"{key} was written by somebody else") from None
    except (PermissionDeniedError, UnauthenticatedError) as error:
        raise AccessDenied(f"{key}: access denied, or absent without the right to list{code_of(error)}") from None
    except NotModifiedError:
        raise
    except InvalidPathError as error:  # a listing came upon it
        odd = ODD_KEY.search(str(error))
        raise StoreError(f"{key}: {odd[1] if odd else 'an object'!r} cannot be a key here: remove it") from None
    except (BaseError, OSError) as error:
        said = code_of(error) or f" ({type(error).__name__})"
        raise StoreUnavailable(f"{key}: the store gave no good answer{said}") from error


def code_of(error: Exception) -> str:
    """Return what S3 calls the error, in brackets, or nothing where it did not say."""
    found = CODE.search(str(error))
    return f" ({found[1]})" if found else ""
