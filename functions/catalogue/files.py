"""Files that are packed in, as answers."""

from pathlib import Path

from starlette.responses import Response

MEDIA_TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}
HOUR = 3_600  # seconds
YEAR = 365 * 24 * HOUR


def file_response(path: Path, seconds: int, policy: str | None = None) -> Response:
    """Return a file as it is.

    Args:
        path: with a suffix of MEDIA_TYPES.
        seconds: for which whoever gets it may keep it.
        policy: what a browser lets the page load.
    """
    kept = f"public, max-age={seconds}, immutable" if seconds >= YEAR else f"public, max-age={seconds}"
    headers = {"cache-control": kept, "x-content-type-options": "nosniff"}
    if policy is not None:
        headers["content-security-policy"] = policy
    return Response(path.read_bytes(), 200, headers, MEDIA_TYPES[path.suffix])
