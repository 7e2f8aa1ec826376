"""`warmstart batch`: a model's lists for every user, as a version that needs no computing or as a file."""

import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from training.cli.console import Console, json_option
from training.cli.options import refuse
from training.cli.place import store_option
from training.cli.tables import check_table, write_table
from training.stores import manifest_of, open_named

if TYPE_CHECKING:
    from training.ready_lists import Lists
    from warmstart.manifest import Manifest

REFUSED = 3  # how the command exits


@click.command()
@click.argument("model")
@store_option
@click.option("--version", help="Whose lists; the served version where it is not given.")
@click.option("-k", "--k", "k", default=100, show_default=True, type=click.IntRange(1, 100), help="Items of a list.")
@click.option("--workers", type=click.IntRange(1, 256), help="How many processes; as many as cores if not said.")
@click.option(
    "--to",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write every user's answer to a .parquet, .csv or .jsonl, and publish nothing.",
)
@click.option("--promote", is_flag=True, help="Serve it if it passes the gate.")
@json_option
@click.pass_context
def batch(  # noqa: PLR0913, PLR0917 an option each
    context: click.Context,
    model: str,
    store_url: str,
    version: str | None,
    k: int,
    workers: int | None,
    to: Path | None,
    promote: bool,
    console: Console,
) -> None:
    """Make a model's lists for every user at once, and publish them as MODEL_offline.

    The family `lists` serves that from its arrays alone, with the same answers; whom the model leaves to its fallback
    gets it there too, and whom it does not know gets what it has for all of them. A history that comes with a request
    is only excluded: the lists are what they were when they were made.
    """
    if to:
        refuse(context, ["promote"], "a file is not served")
    from training.batch import Batch, offline_name
    from training.over_users import cores
    from training.publishing import promote_if_passed, publish_with_card
    from warmstart.pull import pull

    if to:
        check_table(to)
    name = model if to else offline_name(model)
    store = open_named(store_url)
    manifest = manifest_of(store, model, version)
    with tempfile.TemporaryDirectory(prefix="warmstart-batch-") as cache:
        folder, draft = pull(store, manifest, Path(cache)), Path(cache) / "lists"
        job = Batch(folder, manifest, k=k, workers=workers or cores(), say=console.progress)
        started = time.perf_counter()
        lists = job.lists()
        seconds = time.perf_counter() - started
        sealed = job.seal(lists, draft, name)
        if to:
            write_table(to, job.answers(draft, sealed))
        else:
            console.progress(f"{name}: publishing {sealed.version}")
            publish_with_card(store, draft, sealed)
    refusal = promote_if_passed(store, sealed, reason=f"lists of {manifest.version}") if promote else None
    state = "written" if to else "refused" if refusal else "served" if promote else "published"
    value = {**_value(sealed, lists, seconds), "file": str(to) if to else None, "state": state, "refusal": refusal}
    console.result(value, _text(value))
    if refusal:
        raise click.exceptions.Exit(REFUSED)


def _value(sealed: "Manifest", lists: "Lists", seconds: float) -> dict[str, Any]:
    of_users = lists.lengths[:-1]  # the last list is of the unknown
    return {
        "model": sealed.model,
        "version": sealed.version,
        "of": sealed.params["version"],
        "k": sealed.params["k"],
        "users": len(of_users),
        "by_fallback": int((of_users == 0).sum()),
        "seconds": round(seconds, 3),
        "users_per_second": round(len(of_users) / seconds),
    }


def _text(value: dict[str, Any]) -> str:
    what = value["file"] or f"{value['model']} {value['version']}"
    alone = f", {value['by_fallback']:,} of them by the fallback alone" if value["by_fallback"] else ""
    lines = [
        f"{what} {value['state']}: up to {value['k']} items for each of the {value['users']:,} users of "
        f"{value['of']}{alone}",
        f"ranked in {value['seconds']:.1f} s, {value['users_per_second']:,} users a second",
    ]
    return "\n".join([*lines, *([value["refusal"]] if value["refusal"] else [])])
