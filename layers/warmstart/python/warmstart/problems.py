"""Errors as problem+json: the one place that knows statuses."""

from typing import NamedTuple

import msgspec
from starlette.responses import Response

from warmstart.errors import (
    BadRequest,
    BodyTooLarge,
    FieldError,
    Forbidden,
    Invalid,
    ItemNotFound,
    MethodNotAllowed,
    ModelNotFound,
    ModelUnavailable,
    NotFound,
    SimilarNotSupported,
    Unauthorized,
    UnsupportedMediaType,
    UserNotFound,
    WarmstartError,
)
from warmstart.schemas import ErrorEntry, Problem

MEDIA_TYPE = "application/problem+json"


class Kind(NamedTuple):
    """How one kind of error is answered."""

    status: int
    title: str
    key: str
    message: str


PROBLEMS: dict[type[WarmstartError], Kind] = {
    BadRequest: Kind(400, "Bad Request", "bad_request", "Bad request"),
    Unauthorized: Kind(401, "Unauthorized", "unauthorized", "A bearer token is required"),
    Forbidden: Kind(403, "Forbidden", "forbidden", "This token does not allow that"),
    NotFound: Kind(404, "Not Found", "not_found", "No such path"),
    ModelNotFound: Kind(404, "Not Found", "model_not_found", "Model not found"),
    UserNotFound: Kind(404, "Not Found", "user_not_found", "User not found"),
    ItemNotFound: Kind(404, "Not Found", "item_not_found", "Item not found"),
    SimilarNotSupported: Kind(404, "Not Found", "similar_not_supported", "The model has no similar items"),
    MethodNotAllowed: Kind(405, "Method Not Allowed", "method_not_allowed", "The path has other methods"),
    BodyTooLarge: Kind(413, "Content Too Large", "body_too_large", "The body is over 256 KiB"),
    UnsupportedMediaType: Kind(415, "Unsupported Media Type", "unsupported_media_type", "The body must be JSON"),
    Invalid: Kind(422, "Unprocessable Content", "invalid", "The request is not valid"),
    ModelUnavailable: Kind(503, "Service Unavailable", "model_unavailable", "No version of the model could be loaded"),
}
SERVER_ERROR = Kind(500, "Internal Server Error", "server_error", "Internal Server Error")
RETRY_AFTER_SECONDS = 5


def kind_of(error: Exception) -> Kind:
    """Return how an error is answered; whatever is not listed is a 500 that says nothing."""
    return PROBLEMS.get(type(error), SERVER_ERROR)  # type: ignore[arg-type]


def problem(kind: Kind, fields: tuple[FieldError, ...] = ()) -> Problem:
    """Return the body of an answer."""
    entries = [ErrorEntry(field.key, field.message, list(field.location)) for field in fields]
    return Problem(
        type="about:blank",
        title=kind.title,
        status=kind.status,
        detail=kind.message,
        errors=entries or [ErrorEntry(kind.key, kind.message, None)],
    )


def problem_response(error: Exception) -> Response:
    """Return the whole answer for an error."""
    kind = kind_of(error)
    headers = {}
    if kind.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if kind.status == 503:
        headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    if isinstance(error, MethodNotAllowed):
        headers["Allow"] = ", ".join(error.allow)
    body = msgspec.json.encode(problem(kind, error.fields if isinstance(error, Invalid) else ()))
    return Response(body, kind.status, headers, MEDIA_TYPE)
