"""`warmstart train`: the main job."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from training.cli.console import Console, Failure, json_option, table
from training.cli.place import store_option
from training.cli.publish_catalogue import publish_catalogue
from training.cli.publishing import promote_if_passed, publish_with_card
from training.cli.recipes import bad_row_option, chosen_models, models_option, read_training, recipe_option
from training.cli.stores import open_named
from warmstart.manifest import CATALOGUE

if TYPE_CHECKING:
    from training.recipe import ModelSection
    from training.train import Training
    from warmstart.store import Store

FAILED, REFUSED = 1, 3  # how the command exits


@click.command()
@recipe_option
@models_option
@store_option
@bad_row_option
@click.option(
    "--checkpoints",
    type=click.Path(file_okay=False, path_type=Path),
    help="A folder in which networks keep what they have learnt: the same command goes on where it was killed.",
)
@click.option("--promote", is_flag=True, help="Serve what passes the gate.")
@json_option
def train(
    recipe_path: Path,
    models: str | None,
    store_url: str,
    on_bad_row: Literal["refuse", "set-aside"],
    checkpoints: Path | None,
    promote: bool,
    console: Console,
) -> None:
    """Measure on the recipe's fold, refit on all rows, publish a version per model.

    A model that cannot be trained is said at the end, and the others are. The catalogue is published beside them:
    titles and histories, for the API's items and users.
    """
    recipe, chosen = chosen_models(recipe_path, models)
    training = read_training(recipe, on_bad_row, console, checkpoints)
    store = open_named(store_url, create=True)
    in_order = sorted(chosen, key=lambda model: bool(model.stages))  # what a model is made of comes before it
    trained = [_train_one(training, model, store, promote, console) for model in in_order]
    names = [*dict.fromkeys(name for t in trained for name in t["metrics"])]
    rows = [(t["model"], t["version"], *(t["metrics"].get(name) for name in names), t["state"]) for t in trained]
    catalogue = publish_catalogue(training.catalogue, store, promote, console)
    rows.append((CATALOGUE, catalogue["version"], *(None for _ in names), catalogue["state"]))
    refusals = [t["refusal"] for t in trained if t["refusal"]]
    failures = [made["failure"] for made in (*trained, catalogue) if made["failure"]]
    text = "\n".join([table(("model", "version", *names, "state"), rows), *refusals])
    console.result({"trained": trained, "catalogue": catalogue}, text)
    for failure in failures:
        Failure(failure).show()
    if failures or refusals:
        raise click.exceptions.Exit(FAILED if failures else REFUSED)


def _train_one(
    training: "Training", model: "ModelSection", store: "Store", promote: bool, console: Console
) -> dict[str, Any]:
    from training.published import first_stages
    from warmstart.errors import ArtifactError, DataError, RegistryError

    with (
        tempfile.TemporaryDirectory(prefix="warmstart-sealed-") as folder,
        tempfile.TemporaryDirectory(prefix="warmstart-stages-") as cache,
    ):
        try:
            published = first_stages(store, model, training.sha256, Path(cache))
            manifest = training.train(model, Path(folder), published)
            console.progress(f"{model.name}: publishing {manifest.version}")
            publish_with_card(store, Path(folder), manifest)
        except (DataError, ArtifactError, RegistryError, MemoryError) as error:
            return _failed(training, model, error)
    refusal = promote_if_passed(store, manifest, reason="trained") if promote else None
    return {
        "model": model.name,
        "version": manifest.version,
        "metrics": dict(manifest.metrics),
        "fit_seconds": round(training.fit_seconds[model.name], 3),
        "state": "refused" if refusal else "served" if promote else "published",
        "failure": None,
        "refusal": refusal,
    }


def _failed(training: "Training", model: "ModelSection", error: Exception) -> dict[str, Any]:
    return {
        "model": model.name,
        "version": None,
        "metrics": {},
        "fit_seconds": round(training.fit_seconds[model.name], 3),
        "state": "failed",
        "failure": f"{model.name} was not trained: {error or 'not enough memory'}",
        "refusal": None,
    }
