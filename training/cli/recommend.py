"""`warmstart recommend`: what a version answers, without an API."""

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from training.cli.console import Console, json_option, table
from training.cli.place import store_option
from training.stores import manifest_of, open_named

if TYPE_CHECKING:
    from warmstart.ids import Id, IdMap
    from warmstart.recommender import Ask, Recommender
    from warmstart.texts import Texts


@click.command()
@click.argument("model")
@click.argument("users", nargs=-1)
@store_option
@click.option(
    "--history", "histories", multiple=True, metavar="ITEM,...", help="Items of somebody unknown; repeatable."
)
@click.option(
    "--feature",
    "features",
    multiple=True,
    metavar="COLUMN=VALUE",
    help="What is known of people; repeatable.",
)
@click.option("--version", help="A version; the served one where it is not given.")
@click.option("-k", "k", default=10, show_default=True, type=click.IntRange(1, 100), help="How many items.")
@click.option("--titles", is_flag=True, help="Print titles, where the items table has them.")
@json_option
def recommend(  # noqa: PLR0913, PLR0917 an option each
    model: str,
    users: tuple[str, ...],
    store_url: str,
    histories: tuple[str, ...],
    features: tuple[str, ...],
    version: str | None,
    k: int,
    titles: bool,
    console: Console,
) -> None:
    """Print recommendations for users and for histories, from the same code that the API runs."""
    from training.scorers import open_recommender
    from warmstart.artifact import Artifact
    from warmstart.errors import SettingsError
    from warmstart.pull import pull
    from warmstart.recommender import Ask
    from warmstart.texts import Texts

    if not users and not histories and not features:
        raise SettingsError("name at least one user, a --history, or a --feature")
    known = _features(features)
    store = open_named(store_url)
    manifest = manifest_of(store, model, version)
    with tempfile.TemporaryDirectory(prefix="warmstart-") as cache:
        folder = pull(store, manifest, Path(cache))
        recommender = open_recommender(folder, manifest)
        artifact = Artifact.open(folder, manifest)
        texts = None
        if titles and "item_titles_bytes" in artifact:
            texts = Texts.load(artifact, "item_titles", len(recommender.item_ids))
        asks = [
            *(_of_user(recommender, user) for user in users),
            *(_of_history(recommender, history) for history in histories),
        ] or [Ask()]
        answers = [_answer(recommender, replace(ask, features=known, k=k, explain=True), texts) for ask in asks]
    value = {"model": model, "version": manifest.version, "recommendations": answers}
    console.result(value, "\n\n".join(_text(answer) for answer in answers))


def _features(written: tuple[str, ...]) -> dict[str, str]:
    from warmstart.errors import SettingsError

    known = {}
    for text in written:
        column, equals, value = text.partition("=")
        if not column or not equals:
            raise SettingsError(f"{text[:40]!r} is no feature: write it as COLUMN=VALUE")
        known[column] = value
    return known


def _of_user(recommender: "Recommender", user: str) -> "Ask":
    from warmstart.recommender import Ask

    return Ask(user_id=_typed(user, recommender.user_ids))


def _of_history(recommender: "Recommender", items: str) -> "Ask":
    from warmstart.histories import Event
    from warmstart.recommender import Ask

    events = [Event(_typed(item.strip(), recommender.item_ids)) for item in items.split(",")]
    return Ask(history=events)


def _answer(recommender: "Recommender", ask: "Ask", titles: "Texts | None") -> dict[str, Any]:
    found = recommender.recommend(ask)
    items = [
        {
            "item_id": detail.item_id,
            "title": titles.raw(row).decode() if titles else None,
            "score": detail.score,
            "source": detail.source,
            "trend": detail.trend,
            "features": dict(detail.features),
        }
        for detail, row in zip(found.details, found.rows.tolist(), strict=True)
    ]
    return {"user_id": ask.user_id, "source": found.source, "ignored_items": found.ignored_items, "items": items}


def _typed(written: str, ids: "IdMap") -> "Id":
    from warmstart.errors import SettingsError
    from warmstart.ids import IntegerIds

    if not isinstance(ids, IntegerIds):
        return written
    try:
        return int(written)
    except ValueError:
        raise SettingsError(f"{written[:40]!r} is no id: this model's are integers") from None


def _chosen_by(item: dict[str, Any]) -> str:
    return f"{item['source']}, trend" if item["trend"] else str(item["source"])


def _text(answer: dict[str, Any]) -> str:
    from training.reasons import features_text

    items = answer["items"]
    headers = ["item_id", "title", "score", "source"]
    rows = [[item["item_id"], item["title"] or "", item["score"], _chosen_by(item)] for item in items]
    if any(item["features"] for item in items):
        headers.append("because")
        rows = [[*row, features_text(item["features"])] for row, item in zip(rows, items, strict=True)]
    who = "somebody unknown" if answer["user_id"] is None else f"user {answer['user_id']}"
    ignored = f", {answer['ignored_items']} unknown items ignored" if answer["ignored_items"] else ""
    return f"{who} ({answer['source']}{ignored})\n" + table(headers, rows)
