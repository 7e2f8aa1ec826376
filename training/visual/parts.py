"""Draws what is shown of one user."""

from collections.abc import Sequence

from training.reasons import features_text
from training.visual.markup import Html, clipped, join, tag
from training.visual.views import Had, Item, ModelList, Overlap, Recommended, UserView

KNOWN = {
    "history": "",
    "no history": "Nothing of this user was learnt from: the fallback answers.",
    "unknown": "This user is in none of the tables: the fallback answers.",
    "impossible": "No user of this data set can have this id; the API answers 404. Shown is the fallback.",
}


def name_of(user: UserView) -> Html:
    """Draw a user's id."""
    return tag("bdi", clipped(str(user.user_id)))


def user_view(user: UserView) -> Html:
    """Draw one user, without the name: what they had beside each model's list, and how alike the lists are."""
    features = ", ".join(f"{name} {value}" for name, value in user.features.items())
    remark = KNOWN[user.known]
    return join(
        tag("p", tag("bdi", clipped(features)), class_="muted") if features else "",
        tag("p", remark, class_="notice") if remark else "",
        tag("div", tag("div", *_had(user), class_="had"), _lists(user), class_="beside"),
        tag("h3", "Overlap between models") if user.overlaps else "",
        overlap_table(user.overlaps) if user.overlaps else "",
    )


def overlap_table(overlaps: Sequence[Overlap]) -> Html:
    """Draw the pairs as a square: how many items are shared, and the Jaccard index under it."""
    names = [*dict.fromkeys(name for overlap in overlaps for name in overlap.models)]
    by_pair = {frozenset(overlap.models): overlap for overlap in overlaps}
    head = tag("tr", tag("th", "shared items, Jaccard", scope="col"), *(tag("th", n, scope="col") for n in names))
    rows = [
        tag("tr", tag("th", one, scope="row"), *(_shared(by_pair.get(frozenset((one, other)))) for other in names))
        for one in names
    ]
    return tag("div", _table(head, rows), class_="wide", tabindex="0", role="region", aria_label="Overlap")


def _shared(overlap: Overlap | None) -> Html:
    if overlap is None:
        return tag("td", "-", class_="muted")
    shared = f"{overlap.shared:.1f}".removesuffix(".0")
    return tag("td", shared, " ", tag("span", f"{overlap.jaccard:.2f}", class_="muted"))


def _had(user: UserView) -> list[Html]:
    parts = [_had_part("Held out", user.held_out, user.held_out_length, user)] if user.held_out is not None else []
    return [*parts, _had_part("History", user.history, user.history_length, user)]


def _had_part(name: str, had: Sequence[Had], length: int, user: UserView) -> Html:
    newest = "newest" if any(entry.time for entry in had) else "last in the table"
    shown = f"{len(had)} {newest} of {length:,}" if length > len(had) else f"{length:,}"
    heading = tag("h3", f"{name} ", tag("span", shown, class_="muted"))
    if not had:
        return tag("section", heading, tag("p", "nothing", class_="muted"))
    label = f"{name} of user {user.user_id}"
    found = {entry.item.item_id for made in user.models for entry in made.items if entry.hit}
    table = _had_table(had, found if name == "Held out" else set())
    return tag("section", heading, tag("div", table, class_="scroll", tabindex="0", role="region", aria_label=label))


def _had_table(had: Sequence[Had], found: set[int | str]) -> Html:
    timed = any(entry.time for entry in had)
    weighed = any(entry.weight != 1 for entry in had)
    names = [*(["date"] if timed else []), "item", "views", *(["weight"] if weighed else [])]
    rows = [
        tag(
            "tr",
            *([tag("td", (entry.time or "")[:10], class_="date")] if timed else []),
            _item(entry.item, entry.remark, hit=entry.item.item_id in found),
            tag("td", f"{entry.item.views:,}", class_="number"),
            *([tag("td", _number(entry.weight), class_="number")] if weighed else []),
            class_="hit" if entry.item.item_id in found else "",
        )
        for entry in had
    ]
    return _table(tag("tr", *map(_head, names)), rows)


def _lists(user: UserView) -> Html:
    return tag("div", *(_list(made, held_out=user.held_out_length) for made in user.models), class_="models")


def _list(made: ModelList, held_out: int) -> Html:
    hits = tag("span", f"✓ {made.hits} of {held_out} held out", class_="hits") if made.hits else ""
    heading = join(
        tag("h3", tag("bdi", made.model)),
        tag("p", "source: ", tag("bdi", clipped(made.source)), " " if hits else "", hits, class_="muted"),
    )
    if not made.items:
        return tag("section", heading, tag("p", "no items", class_="muted"))
    scored = any(entry.score is not None for entry in made.items)
    mixed = made.source == "mixed"
    names = ("#", "item", "views", *(["score"] if scored else []), *(["source"] if mixed else []))
    rows = [
        tag("tr", *_recommended(rank, entry, scored=scored, mixed=mixed), class_="hit" if entry.hit else "")
        for rank, entry in enumerate(made.items, start=1)
    ]
    return tag("section", heading, tag("div", _table(tag("tr", *map(_head, names)), rows), class_="wide"))


def _recommended(rank: int, entry: Recommended, *, scored: bool, mixed: bool) -> list[Html]:
    """Draw one item; its source stands in the list's heading unless the list is of several."""
    cells = [
        tag("td", str(rank), class_="number"),
        _item(entry.item, clipped(_reason(entry)), hit=entry.hit is True),
        tag("td", f"{entry.item.views:,}", class_="number"),
    ]
    if scored:
        cells.append(tag("td", "-" if entry.score is None else _number(entry.score), class_="number"))
    if mixed:
        cells.append(tag("td", clipped(entry.source), class_="source muted"))
    return cells


def _reason(entry: Recommended) -> str:
    return ", ".join([*(["for its trend"] if entry.trend else []), *filter(None, [features_text(entry.features)])])


def _item(item: Item, remark: str = "", *, hit: bool = False) -> Html:
    """Draw title and genres, or the id alone; a text may be in any direction, and does not turn what is around it."""
    name = tag("bdi", clipped(item.title or str(item.item_id)), class_="title")
    under = [
        *([tag("bdi", clipped(str(item.item_id)))] if item.title else []),
        *([tag("bdi", clipped(", ".join(item.genres)))] if item.genres else []),
        *([tag("em", remark)] if remark else []),
    ]
    separated = [part for entry in under for part in (" · ", entry)][1:]
    mark = tag("span", "✓ ", class_="mark", role="img", aria_label="hit") if hit else ""
    return tag("td", mark, name, tag("span", *separated, class_="under muted") if under else "", class_="item")


def _head(name: str) -> Html:
    return tag("th", name, scope="col", class_="number" if name in ("#", "views", "score", "weight") else "")


def _table(head: Html, rows: Sequence[Html]) -> Html:
    return tag("table", tag("thead", head), tag("tbody", *rows))


def _number(value: float) -> str:
    if value == int(value) and abs(value) < 1e12:
        return f"{int(value):,}"
    return f"{value:,.1f}" if abs(value) >= 100 else f"{value:.4g}"
