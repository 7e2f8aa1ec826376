"""Parts of a drawing; colours come from the style sheet, for the policy lets no style stand in an element."""

from training.report.looks import Look
from training.visual.markup import Html, join, tag

ABOVE = -6  # of an axis, in units


def figure(place: str, title: str, says: str, size: tuple[float, float], *parts: Html, caption: str = "") -> Html:
    """Wrap parts as a plot with a text in its place.

    Args:
        place: an id that no other figure has.
        title: what is shown; also the caption, unless that is another.
        says: what an eye would see.
        size: width and height in units.
        parts: of the drawing.
        caption: where it is not the title.
    """
    drawing = tag(
        "svg",
        tag("title", title, id=f"{place}-title"),
        tag("desc", says, id=f"{place}-says"),
        *parts,
        viewBox=f"0 0 {_(size[0])} {_(size[1])}",
        role="img",
        aria_labelledby=f"{place}-title",
        aria_describedby=f"{place}-says",
    )
    return tag("figure", tag("figcaption", tag("bdi", caption or title)), drawing, id=place)


def line(start: tuple[float, float], end: tuple[float, float], class_: str, dash: str = "") -> Html:
    """Draw a straight line."""
    ends = {"x1": _(start[0]), "y1": _(start[1]), "x2": _(end[0]), "y2": _(end[1])}
    return tag("line", **ends, class_=class_, **({"stroke_dasharray": dash} if dash else {}))


def polyline(points: list[tuple[float, float]], look: Look) -> Html:
    """Draw a line through points."""
    written = " ".join(f"{_(x)},{_(y)}" for x, y in points)
    dash = {"stroke_dasharray": look.dash} if look.dash else {}
    return tag("polyline", points=written, class_=f"line {look.colour}", **dash)


def mark(point: tuple[float, float], look: Look, says: str) -> Html:
    """Draw a model's mark, with a text that shows where a pointer rests."""
    where = f"translate({_(point[0])} {_(point[1])})"
    return tag("path", tag("title", says), d=look.shape, transform=where, class_=f"mark {look.colour}")


def text(point: tuple[float, float], words: str, class_: str, anchor: str = "start") -> Html:
    """Write words whose middle is at a height."""
    return tag("text", words, x=_(point[0]), y=_(point[1]), class_=class_, text_anchor=anchor, dy=".35em")


def band(left: float, right: float, top: float, bottom: float) -> Html:
    """Draw a ground from top to bottom."""
    return tag("rect", x=_(left), y=_(top), width=_(right - left), height=_(bottom - top), class_="band")


def group(*parts: Html) -> Html:
    """Put parts side by side."""
    return join(*parts)


def _(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
