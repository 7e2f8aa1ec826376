"""Shows what became of a recipe's models, wherever they were trained."""

from typing import TYPE_CHECKING

import click

from training.cli.console import Console, Failure, table
from warmstart.manifest import CATALOGUE

if TYPE_CHECKING:
    from training.outcome import Outcome


def show(outcome: "Outcome", console: Console) -> None:
    """Print versions, metrics and states; exit as `warmstart train` does where something failed or was refused."""
    trained, catalogue = outcome.trained, outcome.catalogue
    names = [*dict.fromkeys(name for made in trained for name in made["metrics"])]
    rows = [(t["model"], t["version"], *(t["metrics"].get(name) for name in names), t["state"]) for t in trained]
    rows.append((CATALOGUE, catalogue["version"], *(None for _ in names), catalogue["state"]))
    text = "\n".join([table(("model", "version", *names, "state"), rows), *outcome.refusals])
    console.result({"trained": trained, "catalogue": catalogue}, text)
    for failure in outcome.failures:
        Failure(failure).show()
    if outcome.exit_code:
        raise click.exceptions.Exit(outcome.exit_code)
