"""A page that needs nothing else: its style is in it, and its policy lets nothing in that is not."""

from base64 import b64encode
from hashlib import sha256

from training.visual.markup import Html, tag


def document(title: str, style: str, body: Html) -> str:
    """Return a page.

    Args:
        title: its title, escaped here.
        style: CSS, of which the policy holds the hash.
        body: the element.
    """
    head = tag(
        "head",
        Html('<meta charset="utf-8">'),
        Html(f'<meta http-equiv="Content-Security-Policy" content="{_policy(style)}">'),
        Html('<meta name="viewport" content="width=device-width, initial-scale=1">'),
        Html('<meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer">'),
        tag("title", title),
        tag("style", Html(style)),
    )
    return f'<!doctype html>\n<html lang="en">{head}{body}</html>\n'


def _policy(style: str) -> str:
    digest = b64encode(sha256(style.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
