"""Texts that are put into HTML."""

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from training.visual.markup import Html, join, tag


class Seen(HTMLParser):
    """Collects what a browser would see."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember an element and its attributes."""
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        """Remember text."""
        self.text += data


@given(st.text(st.characters(exclude_characters="\r\0", exclude_categories=["Cs"])))
def test_a_text_stays_a_text(text: str) -> None:
    """Whatever it holds, it is read back as it was, in an element and in an attribute."""
    seen = Seen()
    seen.feed(tag("b", text, aria_label=text))
    seen.close()
    assert seen.elements == [("b", {"aria-label": text})]
    assert seen.text == text


def test_markup_is_put_in_as_it_is() -> None:
    """Only Html is taken for markup; what is no Unicode is replaced."""
    assert tag("p", tag("b", "<"), "<", class_="x") == '<p class="x"><b>&lt;</b>&lt;</p>'
    assert join(Html("<hr>"), "\udcff\0") == "<hr>?�"
