"""Takes the steps of a run as the state machine does, with SageMaker played, and stops anywhere."""

import sys
from contextlib import redirect_stdout
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl

from infra.retraining_states import CHECK, GATE, PROMOTE, TREND
from tests.training.datasets import DAY, FASHIONS, START, fashions
from tests.training.deployed.stages import DeployedStage, aws_client
from tests.training.sagemaker.played import play
from training.jobs.results import find_outcome
from training.recipe import read_recipe
from training.retraining.handler import handler
from training.retraining.source import TABLES, put_source
from warmstart.manifest import CATALOGUE
from warmstart.registry import read_alias, version_prefix
from warmstart.store import Store

MADE: dict[str, dict[str, bytes]] = {}  # what a job leaves of a table, so that no table is trained on twice
MOST_BYTES = 1 << 26
WEEKS = 8
DAYS = 7 * WEEKS


class Machine:
    """The steps over a stage's store; each returns what it answers."""

    def __init__(self, stage: DeployedStage, folder: Path) -> None:
        self.stage = stage
        self._folder = folder / "export"
        self._folder.mkdir()
        self._jobs = folder / "jobs"

    @property
    def environment(self) -> dict[str, str]:
        """What the function is told."""
        told = {"WARMSTART_STAGE": self.stage.name, "WARMSTART_STORE": f"s3://{self.stage.bucket}"}
        stacks = aws_client("cloudformation").describe_stacks(StackName=self.stage.stack("training"))["Stacks"]
        return {**told, **{output["OutputKey"]: output["OutputValue"] for output in stacks[0]["Outputs"]}}

    @property
    def store(self) -> Store:
        """The stage's store."""
        return self.stage.open()

    def export(self, *, day: int = DAYS, share: float = 1.0) -> None:
        """Write what had happened before a day, or a part of it, where the runs read it."""
        table = fashions(weeks=WEEKS).interactions.filter(pl.col("timestamp") < START + day * DAY)
        table.head(int(share * len(table))).write_csv(self._folder / "interactions.csv")
        path = self._folder / "recipe.toml"
        path.write_text(FASHIONS, encoding="utf8")
        recipe = read_recipe(path)
        put_source(self.store, replace(recipe, data=replace(recipe.data, path=self._folder)))

    def export_text(self, text: str) -> None:
        """Write a table of any text there."""
        self.store.put(f"{TABLES}/interactions.csv", text.encode())

    def check(self, **given: Any) -> dict[str, Any]:
        """Check the data."""
        return self._step(CHECK, given)

    def train(self, checked: dict[str, Any]) -> dict[str, Any]:
        """Make the job that was asked for, and run its container to the end."""
        name = checked["request"]["TrainingJobName"]
        aws_client("sagemaker").create_training_job(**checked["request"])
        data = checked["request"]["InputDataConfig"][1]["DataSource"]["S3DataSource"]["S3Uri"].partition("inputs/")[2]
        if data in MADE:
            for key, content in MADE[data].items():
                self.store.put(key.format(job=name), content)
        else:
            assert play(name, self._jobs / name) == 0
            MADE[data] = self._made(name)
        return {"job": name, "taken": checked["taken"]}

    def _made(self, job: str) -> dict[str, bytes]:
        """Return what a job has left: the files of its versions, manifests last, and its outcome."""
        outcome = find_outcome(self.store, job)
        assert outcome is not None
        made = {made["model"]: made["version"] for made in outcome.trained} | {CATALOGUE: outcome.catalogue["version"]}
        keys = [key for model, version in made.items() for key in self.store.keys(version_prefix(model, version))]
        keys.sort(key=lambda key: key.endswith("manifest.json"))
        left = {key: self.store.get(key, limit=MOST_BYTES).data for key in keys}
        return {**left, "training/jobs/{job}/outcome.json": outcome.to_json()}

    def gate(self, trained: dict[str, Any]) -> dict[str, Any]:
        """Ask the gate."""
        return self._step(GATE, trained)

    def promote(self, judged: dict[str, Any]) -> dict[str, Any]:
        """Serve what has passed."""
        return self._step(PROMOTE, judged)

    def trend(self) -> dict[str, Any]:
        """Refresh the trends."""
        return self._step(TREND, {"do": TREND})

    def judged(self, **given: Any) -> dict[str, Any]:
        """Take all steps but the last."""
        return self.gate(self.train(self.check(**given)))

    def run(self, **given: Any) -> dict[str, Any]:
        """Take every step."""
        return self.promote(self.judged(**given))

    def served(self) -> dict[str, str]:
        """Return the versions that are served."""
        aliases = {name: read_alias(self.store, name) for name in ("popular", "item_knn", "catalogue")}
        return {name: alias.version for name, alias in aliases.items() if alias}

    @staticmethod
    def _step(step: str, given: dict[str, Any]) -> dict[str, Any]:
        with redirect_stdout(sys.stderr):
            return handler({"step": step, "input": given}, None)
