"""The paths of the catalogue: /models, the OpenAPI document, and the pages with their files, packed in."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NoReturn

from starlette.requests import Request
from starlette.responses import Response

from functions.catalogue import explorer
from functions.catalogue.card_schemas import ModelCard, Models
from functions.catalogue.files import HOUR, file_response
from warmstart.api import Api, Handler, Operation, Paths, context_of, json_response
from warmstart.errors import ModelNotFound, NotFound

STATIC = Path(__file__).parent / "static"
ASSETS = ("swagger-ui.css", "swagger-ui-bundle.js", "page.js")
PAGE_POLICY = (  # the page loads nothing but its own origin's files; Swagger writes styles and pictures inline
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)


class NoModels:
    """A family's models, where there is no family: a model that exists never reaches the catalogue."""

    def current(self, name: str, deadline: float) -> NoReturn:  # noqa: ARG002 the shape of a provider
        """Raise ModelNotFound."""
        raise ModelNotFound(name)


def paths(cards: Callable[[], Iterable[ModelCard]]) -> Paths:
    """Return what the catalogue answers: its own paths and, for unknown models, those of the families.

    Args:
        cards: returns those of the versions that are served.
    """
    return {
        **Api(NoModels()).paths(),
        "/models": {"GET": Operation(_models(cards), "List the models that this token may use", Models)},
        "/openapi.json": {"GET": Operation(_openapi, "Describe this API", dict, open=True)},
        "/docs": {"GET": Operation(_docs, "Show this description as a page", str, open=True)},
        "/docs/{file:path}": {"GET": Operation(_asset, "Serve the page's own files", str, open=True)},
        **explorer.paths(),
    }


def _models(cards: Callable[[], Iterable[ModelCard]]) -> Handler:
    def models(request: Request, _: bytes) -> Response:
        grant = context_of(request).grant
        return json_response(Models([card for card in cards() if grant and grant.allows(card.model)]))

    return models


def _openapi(_request: Request, _body: bytes) -> Response:
    return file_response(STATIC / "openapi.json", HOUR)


def _docs(_request: Request, _body: bytes) -> Response:
    return file_response(STATIC / "index.html", HOUR, PAGE_POLICY)


def _asset(request: Request, _: bytes) -> Response:
    if request.path_params["file"] not in ASSETS:
        raise NotFound
    return file_response(STATIC / request.path_params["file"], HOUR)
