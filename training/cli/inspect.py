"""`warmstart inspect`: users' histories beside what each model recommends to them."""

import tempfile
from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import click

from training.cli.console import Console, json_option, table
from training.cli.pages import page_at, write_page
from training.cli.place import store_option
from training.cli.recipes import bad_row_option, chosen_models, models_option, read_data, recipe_option
from training.stores import open_named

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from training.data.tables import Tables
    from training.interactions import Events
    from training.recipe import ModelSection, Recipe
    from training.visual import Lists
    from warmstart.ids import Id, IdMap
    from warmstart.manifest import Manifest
    from warmstart.recommender import Recommender
    from warmstart.store import Store


class Whom(NamedTuple):
    """Who is looked at."""

    ids: str  # by commas
    random: int  # how many more are drawn
    seed: int


def whom_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --users, --random and --seed to a command, which gets `whom` they name."""

    @click.option("--users", "ids", default="", metavar="ID,...", help="Whom to look at, by commas.")
    @click.option("--random", default=0, type=click.IntRange(0, 100), metavar="N", help="How many users to draw.")
    @click.option("--seed", default=32, show_default=True, type=click.IntRange(0), help="Of the draw.")
    @wraps(command)
    def named(*args: Any, ids: str, random: int, seed: int, **others: Any) -> Any:
        if not ids and not random:
            raise click.UsageError("whom? Say --users ID,... or --random N")
        return command(*args, whom=Whom(ids, random, seed), **others)

    return named


def served_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --store and --stage, of which none is needed, to a command, which gets the `store_url` they name or None.

    What the environment names is for the commands that cannot do without a store.
    """

    @click.option("--store", "store_url", metavar="URL", help="Look at what this store serves, instead of drafts.")
    @click.option("--stage", metavar="NAME", help="Look at what this deployed stage serves, instead of drafts.")
    @wraps(command)
    def placed(*args: Any, store_url: str | None, stage: str | None, **others: Any) -> Any:
        url = _named(store_url=store_url, stage=stage) if store_url or stage else None
        return command(*args, store_url=url, **others)

    return placed


@store_option
def _named(store_url: str) -> str:
    return store_url


@click.command()
@recipe_option
@models_option
@whom_option
@click.option("-k", "k", default=10, show_default=True, type=click.IntRange(1, 100), help="How many items.")
@served_option
@bad_row_option
@click.option("--to", type=click.Path(dir_okay=False, path_type=Path), help="The page; inspect.html if not said.")
@json_option
def inspect(
    recipe_path: Path,
    models: str | None,
    whom: Whom,
    k: int,
    store_url: str | None,
    on_bad_row: Literal["refuse", "set-aside"],
    to: Path | None,
    console: Console,
) -> None:
    """Write a page of users' histories beside each model's recommendations.

    The models are drafts, fitted on the earlier part of the recipe's fold, so that what the users had next is marked
    as a hit; with --store or --stage they are the versions that are served, which may know all that there is. With
    --json the page is written only where --to names it.
    """
    page = page_at(to, "inspect.html", console)
    recipe, sections = chosen_models(recipe_path, models)
    store = open_named(store_url) if store_url else None
    tables = read_data(recipe, on_bad_row, console)
    from training.interactions import Events

    events = Events.of(tables)
    users = _ids(whom.ids, events.user_ids)
    with tempfile.TemporaryDirectory(prefix="warmstart-inspect-") as name:
        if store is None:
            recommenders, test = _drafts(recipe, sections, tables, events, Path(name), console)
        else:
            recommenders, test = _served(store, sections, tables.sha256, Path(name), console), None
        console.progress(f"asking {', '.join(recommenders)}")
        from training.visual import VisualAnalyzer

        lists = VisualAnalyzer(events, recommenders, test, k=k).users(users, random=whom.random, seed=whom.seed)
    if page:
        write_page(page, lists.to_html(f"{recipe.name}: histories and recommendations"))
    _print(lists, page, console)


def _ids(written: str, known: "IdMap") -> list["Id"]:
    from warmstart.errors import SettingsError
    from warmstart.ids import IntegerIds

    names = [name for part in written.split(",") if (name := part.strip())]
    if any(name.encode(errors="replace").decode() != name for name in names):
        raise SettingsError(f"{written[:40]!r} is not UTF-8, and no id is anything else")
    if not isinstance(known, IntegerIds):
        return [*names]
    try:
        return [int(name) for name in names]
    except ValueError:
        raise SettingsError(f"{written[:40]!r}: this data set's user ids are integers") from None


def _drafts(
    recipe: "Recipe",
    sections: Sequence["ModelSection"],
    tables: "Tables",
    events: "Events",
    folder: Path,
    console: Console,
) -> tuple[dict[str, "Recommender"], "NDArray[np.bool_]"]:
    """Fit models on the fold's earlier part, and return with them which events they have not seen."""
    from training.evaluation.splits import split
    from training.fitting import Fitting
    from training.scorers import open_recommender

    learn, test = split(events, recipe.fold)
    part = events.interactions(learn, recipe.data.segments)
    fitting = Fitting(recipe, part, tables.described(recipe.name), console.progress)
    places = {section.name: folder / section.name for section in sections}
    sealed = {section.name: fitting.seal(section, places[section.name]) for section in sections}
    return {name: open_recommender(places[name], manifest) for name, manifest in sealed.items()}, test


def _served(
    store: "Store", sections: Sequence["ModelSection"], sha256: str, folder: Path, console: Console
) -> dict[str, "Recommender"]:
    """Pull what a store serves of these models; a model that it does not serve is said and left out."""
    from training.scorers import open_recommender
    from warmstart.errors import VersionMissing
    from warmstart.pull import pull

    found = {section.name: _manifest(store, section.name) for section in sections}
    for name, manifest in found.items():
        if manifest is None:
            console.warn(f"{name} has no served version in {store.url}")
        elif manifest.dataset.get("sha256") != sha256:
            console.warn(f"{name} {manifest.version} has learnt from other tables than the recipe's")
    if not any(found.values()):
        raise VersionMissing(f"{store.url} serves none of {', '.join(found)}")
    return {
        name: open_recommender(pull(store, manifest, folder), manifest) for name, manifest in found.items() if manifest
    }


def _manifest(store: "Store", model: str) -> "Manifest | None":
    from warmstart.registry import read_alias, read_manifest

    alias = read_alias(store, model)
    return None if alias is None else read_manifest(store, model, alias.version)[0]


def _print(lists: "Lists", page: Path | None, console: Console) -> None:
    for user in lists.users:
        if user.known != "history":
            said = {"no history": "has no history"}.get(user.known, "is in none of the tables")
            console.warn(f"user {str(user.user_id)[:60]!r} {said}: the fallback answers")
    rows = [
        (user.user_id, user.history_length, made.model, made.source, None if user.held_out is None else made.hits)
        for user in lists.users
        for made in user.models
    ]
    value: dict[str, Any] = {"page": str(page) if page else None, **lists.data()}
    text = table(("user_id", "history", "model", "source", "hits"), rows)
    console.result(value, f"{text}\nwrote {page}")
