"""The paths of the catalogue: /models, the OpenAPI document, and Swagger's own files, packed in."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NoReturn

from starlette.requests import Request
from starlette.responses import Response

from warmstart.api import Api, Handler, Operation, Paths, context_of, json_response
from warmstart.errors import ModelNotFound, NotFound
from warmstart.manifest import Manifest
from warmstart.schemas import ModelCard, Models

STATIC = Path(__file__).parent / "static"
MEDIA_TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".json": "application/json"}
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


def paths(manifests: Callable[[], Iterable[Manifest]]) -> Paths:
    """Return what the catalogue answers: its own paths and, for unknown models, those of the families.

    Args:
        manifests: returns those of the versions that are served.
    """
    return {
        **Api(NoModels()).paths(),
        "/models": {"GET": Operation(_models(manifests), "List the models that this token may use", Models)},
        "/openapi.json": {"GET": Operation(_openapi, "Describe this API", dict, open=True)},
        "/docs": {"GET": Operation(_docs, "Show this description as a page", str, open=True)},
        "/docs/{file:path}": {"GET": Operation(_asset, "Serve the page's own files", str, open=True)},
    }


def _models(manifests: Callable[[], Iterable[Manifest]]) -> Handler:
    def models(request: Request, _: bytes) -> Response:
        grant = context_of(request).grant
        covered = (manifest for manifest in manifests() if grant and grant.allows(manifest.model))
        return json_response(Models([ModelCard(m.model, m.family, m.version, dict(m.metrics)) for m in covered]))

    return models


def _openapi(_request: Request, _body: bytes) -> Response:
    return _file("openapi.json")


def _docs(_request: Request, _body: bytes) -> Response:
    response = _file("index.html")
    response.headers["content-security-policy"] = PAGE_POLICY
    return response


def _asset(request: Request, _: bytes) -> Response:
    if request.path_params["file"] not in ASSETS:
        raise NotFound
    return _file(request.path_params["file"])


def _file(name: str) -> Response:
    path = STATIC / name
    headers = {"cache-control": "public, max-age=3600", "x-content-type-options": "nosniff"}
    return Response(path.read_bytes(), 200, headers, MEDIA_TYPES[path.suffix])
