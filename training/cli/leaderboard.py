"""`warmstart leaderboard register | run | publish`: what live APIs answer to the users of a fold."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from training.cli.console import Commands, Console, json_option, table
from training.cli.place import store_option
from training.cli.recipes import bad_row_option, chosen_models, models_option, read_data, read_training, recipe_option
from training.stores import open_named

if TYPE_CHECKING:
    from training.leaderboard.standing import Standing
    from training.recipe import Recipe

NOT_ANSWERED, NOT_MEASURED = 3, 4  # exit codes

entrants_option = click.option(
    "--entrants",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("leaderboard.json"),
    show_default=True,
    help="The file of entrants; no token is ever in it.",
)
timeout_option = click.option(
    "--timeout", default=30.0, show_default=True, type=click.FloatRange(0.1, 600), help="Seconds for one answer."
)


@click.group(cls=Commands)
def leaderboard() -> None:
    """Ask live APIs for every user of a fold, as the course's checking bot does."""


@leaderboard.command()
@click.option("--name", required=True, help="What it is called here.")
@click.option("--url", required=True, help="The API's address, such as https://host/stage.")
@click.option("--model", required=True, help="The model to ask.")
@click.option("--token-env", required=True, metavar="VARIABLE", help="The environment variable that holds its token.")
@entrants_option
@timeout_option
@json_option
def register(name: str, url: str, model: str, token_env: str, entrants: Path, timeout: float, console: Console) -> None:
    """Add an entrant, or replace the one of this name, once its API has answered."""
    from training.leaderboard.check import check
    from training.leaderboard.entrants import Entrant, add_entrant

    entrant = Entrant(name, url, model, token_env)
    console.progress(f"asking {url}")
    check(entrant, timeout)
    replaced = add_entrant(entrants, entrant)
    value = {"name": name, "url": url, "model": model, "token_env": token_env, "replaced": replaced}
    console.result(value, f"{name} is {'registered anew' if replaced else 'registered'} in {entrants}")


@leaderboard.command()
@recipe_option
@click.option("--name", "names", multiple=True, help="Only this entrant; repeatable.")
@entrants_option
@click.option(
    "--results",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("leaderboard.jsonl"),
    show_default=True,
    help="The file that gets a line for each entrant.",
)
@click.option("--concurrency", default=8, show_default=True, type=click.IntRange(1, 256), help="Questions at a time.")
@click.option(
    "--rate", default=50.0, show_default=True, type=click.FloatRange(0.1, 10_000), help="Questions a second at most."
)
@timeout_option
@bad_row_option
@json_option
@click.pass_context
def run(
    context: click.Context,
    /,
    console: Console,
    recipe_path: Path,
    names: tuple[str, ...],
    entrants: Path,
    results: Path,
    on_bad_row: Literal["refuse", "set-aside"],
    **manner: Any,
) -> None:
    """Ask each entrant for every test user of a recipe and print map@10, latency and errors.

    Exit 3 where fewer than 99.9 % of the users of any were answered, and 4 where the recipe's data is not there.
    A run that was interrupted or given up leaves no line in the results.
    """
    from training.leaderboard.entrants import chosen
    from training.leaderboard.standing import append

    recipe, _ = chosen_models(recipe_path, None)
    if not recipe.data.path.exists():
        why = f"not measured: {recipe.data.path} is not there" + _where_from(recipe)
        console.result({"measured": False, "why": why, "marks": recipe.marks, "standings": []}, why)
        context.exit(NOT_MEASURED)
    taking_part = chosen(entrants, names)
    from training.leaderboard.run import Leaderboard, Manner

    board = Leaderboard(recipe, read_data(recipe, on_bad_row, console), console.progress)
    standings = []
    for entrant in taking_part:
        standings.append(board.measure(entrant, Manner(**manner)))
        append(results, standings[-1])
    for remark in (remark for standing in standings for remark in standing.remarks):
        console.warn(remark)
    value = {"measured": True, "marks": recipe.marks, "standings": [_shown(standing) for standing in standings]}
    console.result(value, _text(standings, recipe))
    context.exit(0 if all(standing.good for standing in standings) else NOT_ANSWERED)


@leaderboard.command()
@recipe_option
@models_option
@store_option
@bad_row_option
@click.option("--promote", is_flag=True, help="Serve it, in the place of what is served: rollback undoes that.")
@json_option
def publish(
    recipe_path: Path,
    models: str | None,
    store_url: str,
    on_bad_row: Literal["refuse", "set-aside"],
    promote: bool,
    console: Console,
) -> None:
    """Publish models that have learnt only the fold's earlier part, to be asked for the rest.

    What `train` publishes has learnt all rows: it takes what the test users had next for seen, and never answers it.
    """
    from training.leaderboard.holdout import publish_holdout
    from warmstart.registry import promote as promote_version

    recipe, wanted = chosen_models(recipe_path, models)
    training = read_training(recipe, on_bad_row, console)
    store = open_named(store_url, create=True)
    published = []
    for model in wanted:
        version = publish_holdout(training, model, store).version
        if promote:
            promote_version(store, model.name, version, reason="for the leaderboard: without the fold's test rows")
        published.append({"model": model.name, "version": version, "state": "served" if promote else "published"})
    rows = [tuple(one.values()) for one in published]
    console.result({"published": published}, table(("model", "version", "state"), rows))


def _where_from(recipe: "Recipe") -> str:
    return f"; warmstart data fetch {recipe.data.layout}" if recipe.data.layout else ""


def _shown(standing: "Standing") -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(standing) | {"share": standing.share, "good": standing.good}


def _text(standings: list["Standing"], recipe: "Recipe") -> str:
    """Lay out entrants and the recipe's marks by map@10, the best first; then what failed, retried or not."""
    first = "map@10"
    rows = [
        (s.name, s.model, "+".join(s.versions) or None, s.metrics[first], f"{s.share:.2%}", s.p50_ms, s.p99_ms)
        for s in standings
    ]
    marks = [(f"({name})", None, None, mark, None, None, None) for name, mark in recipe.marks.items()]
    ordered = sorted([*rows, *marks], key=lambda row: row[3], reverse=True)
    failed = [
        f"{s.name}: " + ", ".join(f"{count} x {kind}" for kind, count in s.errors.items())
        for s in standings
        if s.errors
    ]
    headers = ("name", "model", "version", first, "answered", "p50 ms", "p99 ms")
    return "\n".join([table(headers, ordered), *failed])
