"""HTML whose texts are escaped unless they are markup already."""

from html import escape

LONGEST = 120  # characters of a text


class Html(str):
    """Markup; any other text is escaped where it is put in."""

    __slots__ = ()


def join(*parts: str) -> Html:
    """Put texts and markup side by side."""
    return Html("".join(part if isinstance(part, Html) else _escaped(part) for part in parts))


def tag(name: str, *children: str, **attributes: str) -> Html:
    """Return an element.

    Args:
        name: of the element.
        children: texts, which are escaped, and markup.
        attributes: `class_` is written class, `aria_label` aria-label.
    """
    written = "".join(f' {key.rstrip("_").replace("_", "-")}="{_escaped(text)}"' for key, text in attributes.items())
    return Html(f"<{name}{written}>{join(*children)}</{name}>")


def clipped(text: str) -> str:
    """Cut a long text."""
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _escaped(text: str) -> str:
    """Escape a text; what no UTF-8 file can hold becomes a question mark."""
    return escape(text.replace("\0", "�").encode(errors="replace").decode())
