"""Draws users as one page, or as the fragment that a notebook shows."""

from collections.abc import Sequence
from pathlib import Path

from training.visual.document import document
from training.visual.markup import Html, join, tag
from training.visual.parts import name_of, overlap_table, user_view
from training.visual.views import Overlap, UserView

HERE = Path(__file__).parent
PLACE = "user-{}"  # the part of the page's address that names a user, by number: an id could be anything


def page(users: Sequence[UserView], overlaps: Sequence[Overlap], title: str) -> str:
    """Return a page with one user in sight, and links to the others that work without a script."""
    style = _style() + (HERE / "page.css").read_text(encoding="utf8") + _current(len(users))
    sections = [
        tag(
            "section",
            tag("h2", "User ", name_of(user)),
            user_view(user),
            id=PLACE.format(number),
            tabindex="-1",
            class_="user",
        )
        for number, user in enumerate(users, start=1)
    ]
    body = tag(
        "body",
        tag("header", tag("h1", tag("bdi", title)), _switcher(users) if len(users) > 1 else ""),
        tag("main", *sections, _over_all(users, overlaps), id="all", tabindex="-1"),
        tag("footer", _versions(users)),
        class_="warmstart-lists",
    )
    return document(title, style, body)


def fragment(users: Sequence[UserView], overlaps: Sequence[Overlap]) -> str:
    """Return all users one below the other, each of which can be folded away."""
    folds = [
        _fold(tag("summary", "User ", name_of(user)), tag("div", user_view(user), class_="user")) for user in users
    ]
    return tag("div", tag("style", _style()), *folds, _over_all(users, overlaps), class_="warmstart-lists")


def _fold(*parts: Html) -> Html:
    return Html(f"<details open>{join(*parts)}</details>")


def _style() -> Html:
    return Html((HERE / "lists.css").read_text(encoding="utf8"))


def _current(count: int) -> str:
    """Return the rule that marks the link to the user who is in sight."""
    links = [f':root:has(#{PLACE.format(n)}:target) nav [href="#{PLACE.format(n)}"]' for n in range(1, count + 1)]
    rest = [":root:not(:has(:target)) nav li:first-child a", ':root:has(#all:target) nav [href="#all"]']
    return ",\n".join([*links, *rest]) + " { background: var(--accent); color: Canvas; border-color: transparent }\n"


def _switcher(users: Sequence[UserView]) -> Html:
    links = [
        tag("li", tag("a", name_of(user), _hits_of(user), href=f"#{PLACE.format(number)}"))
        for number, user in enumerate(users, start=1)
    ]
    return tag("nav", tag("ul", *links, tag("li", tag("a", "all", href="#all"))), aria_label="Users")


def _hits_of(user: UserView) -> Html:
    found = len({entry.item.item_id for made in user.models for entry in made.items if entry.hit})
    return tag("span", f" ✓ {found}", class_="hits", title="held-out items found") if found else Html("")


def _over_all(users: Sequence[UserView], overlaps: Sequence[Overlap]) -> Html:
    if len(users) < 2 or not overlaps:
        return Html("")
    heading = tag("h2", f"Overlap between models, mean of these {len(users)} users")
    return tag("section", heading, overlap_table(overlaps), class_="over-all")


def _versions(users: Sequence[UserView]) -> Html:
    made = [f"{made.model} {made.version}" for made in users[0].models]
    return join("Views are distinct users in what the models learnt from. ", ", ".join(made), ".")
