"""`warmstart recommend`: what a version answers, without an API."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from training.cli.console import Console, json_option, table
from training.cli.stores import open_named, store_option

if TYPE_CHECKING:
    from warmstart.ids import Id, IdMap
    from warmstart.recommender import Recommender
    from warmstart.store import Store
    from warmstart.texts import Texts


@click.command()
@click.argument("model")
@click.argument("users", nargs=-1, required=True)
@store_option
@click.option("--version", help="A version; the served one where it is not given.")
@click.option("-k", "k", default=10, show_default=True, type=click.IntRange(1, 100), help="How many items.")
@click.option("--titles", is_flag=True, help="Print titles, where the items table has them.")
@json_option
def recommend(
    model: str, users: tuple[str, ...], store_url: str, version: str | None, k: int, titles: bool, console: Console
) -> None:
    """Print recommendations for users, from the same code that the API runs."""
    from training.scorers import open_recommender
    from warmstart.artifact import Artifact
    from warmstart.pull import pull
    from warmstart.registry import read_manifest
    from warmstart.texts import Texts

    store = open_named(store_url)
    manifest, _ = read_manifest(store, model, version or _served_version(store, model))
    with tempfile.TemporaryDirectory(prefix="warmstart-") as cache:
        folder = pull(store, manifest, Path(cache))
        recommender = open_recommender(folder, manifest)
        artifact = Artifact.open(folder, manifest)
        texts = None
        if titles and "item_titles_bytes" in artifact:
            texts = Texts.load(artifact, "item_titles", len(recommender.item_ids))
        answers = [_answer(recommender, user, k, texts) for user in users]
    value = {"model": model, "version": manifest.version, "recommendations": answers}
    console.result(value, "\n\n".join(_text(answer) for answer in answers))


def _served_version(store: "Store", model: str) -> str:
    from warmstart.errors import VersionMissing
    from warmstart.registry import read_alias

    alias = read_alias(store, model)
    if alias is None:
        raise VersionMissing(f"{model} has no served version in {store.url}: name one with --version, or promote one")
    return alias.version


def _answer(recommender: "Recommender", user: str, k: int, titles: "Texts | None") -> dict[str, Any]:
    from warmstart.recommender import Ask

    user_id = _typed(user, recommender.user_ids)
    found = recommender.recommend(Ask(user_id=user_id, k=k, explain=True))
    items = [
        {
            "item_id": detail.item_id,
            "title": titles.raw(row).decode() if titles else None,
            "score": detail.score,
            "source": detail.source,
        }
        for detail, row in zip(found.details, found.rows.tolist(), strict=True)
    ]
    return {"user_id": user_id, "source": found.source, "items": items}


def _typed(user: str, ids: "IdMap") -> "Id":
    from warmstart.errors import UserNotFound
    from warmstart.ids import IntegerIds

    if not isinstance(ids, IntegerIds):
        return user
    try:
        return int(user)
    except ValueError:
        raise UserNotFound(f"user {user[:40]!r}: this model's user ids are integers") from None


def _text(answer: dict[str, Any]) -> str:
    rows = [(item["item_id"], item["title"] or "", item["score"], item["source"]) for item in answer["items"]]
    return f"user {answer['user_id']} ({answer['source']})\n" + table(("item_id", "title", "score", "source"), rows)
