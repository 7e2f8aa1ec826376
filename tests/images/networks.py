"""Networks of their default sizes that have hardly learnt: as large and as quick as any, and soon trained."""

from infra.families import read_families
from tests.e2e.conftest import Commands
from tests.e2e.emulated.tools import ROOT

SETTINGS = "epochs = 1\nvalidation = 0\ntrend_power = 0\n"


def train_networks(commands: Commands, recipe: str, store: str) -> None:
    """Serve a version of each model of the neural family, of a recipe's data."""
    models = next(family.models for family in read_families(ROOT / "functions") if family.name == "neural")
    data, _, _ = (ROOT / "training" / "recipes" / f"{recipe}.toml").read_text().partition("[models.")
    sections = "".join(f"[models.{model}]\n{SETTINGS}" for model in models)
    (commands.folder / "networks.toml").write_text(data + sections)
    for trained in commands.json("train", "--recipe", "networks.toml", "--store", store)["trained"]:
        named = (trained["model"], trained["version"])
        commands.json("promote", *named, "--store", store, "--force", "--reason", "for images")
