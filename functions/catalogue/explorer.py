"""The explorer: a page over the API, built by `make page` out of the sources in `page/`."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from functions.catalogue.files import MEDIA_TYPES, YEAR, file_response
from warmstart.api import Operation, Paths
from warmstart.errors import NotFound

BUILT = Path(__file__).parent / "static" / "explore"
INDEX = BUILT / "index.html"
MINUTE = 60  # seconds for which the page is kept: a deploy is seen soon, and its files have other names then
POLICY = (  # nothing but its own files, and nothing inline: titles are other people's words
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)


def paths() -> Paths:
    """Return what answers the page and its files."""
    return {
        "/explore": {"GET": Operation(_page, "Show what the models recommend, as a page", str, open=True)},
        "/explore/{file:path}": {"GET": Operation(_asset, "Serve that page's own files", str, open=True)},
    }


def _page(_request: Request, _body: bytes) -> Response:
    if not INDEX.exists():  # a checkout where nobody called `make page`
        raise NotFound
    return file_response(INDEX, MINUTE, POLICY)


def _asset(request: Request, _: bytes) -> Response:
    built = {f"assets/{path.name}": path for path in BUILT.glob("assets/*") if path.suffix in MEDIA_TYPES}
    path = built.get(request.path_params["file"])
    if path is None:
        raise NotFound
    return file_response(path, YEAR)  # its name holds its content's hash
