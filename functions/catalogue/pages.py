"""The paths of the catalogue: /models, the OpenAPI document, and Swagger's own files, packed in."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from functions.catalogue.directory import Directory
from warmstart.api import Api, Handler, Operation, Paths, context_of, json_response
from warmstart.errors import NotFound
from warmstart.schemas import ModelCard, Models

STATIC = Path(__file__).parent / "static"
MEDIA_TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".json": "application/json"}
ASSETS = ("swagger-ui.css", "swagger-ui-bundle.js", "page.js")
PAGE_POLICY = (  # the page loads nothing but its own origin's files; Swagger writes styles and pictures inline
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)


def paths(directory: Directory) -> Paths:
    """Return what the catalogue answers, the families' paths included: there it knows no model."""
    return {
        **Api(directory).paths(),
        "/models": {"GET": Operation(_models(directory), "List the models that this token may use", Models)},
        "/openapi.json": {"GET": Operation(_openapi, "Describe this API", dict, open=True)},
        "/docs": {"GET": Operation(_docs, "Show this description as a page", str, open=True)},
        "/docs/{file}": {"GET": Operation(_asset, "Serve the page's own files", str, open=True)},
    }


def _models(directory: Directory) -> Handler:
    def list_models(request: Request, _: bytes) -> Response:
        grant = context_of(request).grant
        return json_response(
            Models(
                [
                    ModelCard(manifest.model, manifest.family, manifest.version, dict(manifest.metrics))
                    for manifest in directory.manifests()
                    if grant and grant.allows(manifest.model)
                ]
            )
        )

    return list_models


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
