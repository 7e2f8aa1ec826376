"""What is synthesized for the tests: a stage as a whole, or one construct in a bare stack. Nothing is bundled."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import assertions
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3

from infra.app import build
from infra.constructs import code
from infra.families import Family, read_families
from infra.stages import Stage, read_stage
from infra.tree import ROOT
from tests.infra.stacks.template import Template

CDK_JSON: dict[str, Any] = json.loads((ROOT / "cdk.json").read_text())["context"]
UNBUNDLED: dict[str, Any] = {"aws:cdk:bundling-stacks": []}
FLAGS = {key: value for key, value in CDK_JSON.items() if key.startswith("@")}
FULL: dict[str, Any] = {
    "memory_mb": {"lists": 2048, "authorizer": 512},
    "timeout_s": {"catalogue": 7},
    "provisioned_concurrency": {"lists": 2},
    "architecture": "arm64",
    "guarded": True,
    "alarm_email": "night@shop.example",
    "domain": "reco.shop.example",
    "certificate_arn": "arn:aws:acm:eu-west-1:123456789012:certificate/0a1b",
    "cors_origins": ["https://shop.example", "http://localhost:8000"],
    "traced_percent": 20,
    "training_image": "neural",
    "training_instance": "ml.g5.xlarge",
    "training_spot": False,
    "training_hours": 6,
    "training_disk_gb": 100,
    "spark": True,
    "spark_max_vcpu": 400,
    "spark_hours": 48,
    "spark_disk_gb": 200,
    "spark_reads": ["s3://lake/orders/"],
    "retrain": "cron(0 3 ? * MON *)",
    "refresh_trend": "rate(6 hours)",
    "retrain_memory_mb": 4096,
    "log_days": 7,
    "tags": {"team": "search"},
}
STAGES: dict[str, Any] = {**CDK_JSON["stages"], "full": FULL}
FAMILY = Family(
    "lists", models=("popular", "random"), preload=("popular",), memory_mb=900, timeout_s=9, disk_mb=700, image_mb=1
)


@dataclass(frozen=True)
class Assembly:
    """What a synth of a stage left."""

    stage: Stage
    folder: Path

    def __getitem__(self, stack: str) -> Template:
        """The template of `artifacts`, `serving` or `training`."""
        path = self.folder / f"warmstart-{self.stage.name}-{stack}.template.json"
        return Template(assertions.Template.from_string(path.read_text()).to_json())

    @property
    def files(self) -> list[Path]:
        """Every template."""
        return sorted(self.folder.glob("*.template.json"))

    @property
    def report(self) -> list[dict[str, Any]]:
        """What each pack of rules found."""
        content: dict[str, list[dict[str, Any]]] = json.loads((self.folder / "validation-report.json").read_text())
        return content["pluginReports"]


def families() -> tuple[Family, ...]:
    """Those of this repository."""
    return read_families(ROOT / "functions")


def an_app(folder: Path | None = None) -> cdk.App:
    """An app with the flags of cdk.json."""
    return cdk.App(context={**FLAGS, **UNBUNDLED}, outdir=str(folder) if folder else None)


def synthesize(name: str, folder: Path) -> Assembly:
    """Synthesize a stage."""
    stage = read_stage(name, STAGES)
    app = an_app(folder)
    build(app, stage, families())
    app.synth()
    return Assembly(stage, folder)


def a_stage(name: str = "dev", **settings: Any) -> Stage:
    """A stage of these settings."""
    return read_stage(name, {name: settings})


def a_stack() -> cdk.Stack:
    """A bare stack."""
    return cdk.Stack(an_app(), "Bare")


def a_store(stack: cdk.Stack) -> s3.IBucket:
    """The store, where the construct under test does not make it."""
    return s3.Bucket.from_bucket_name(stack, "Store", "store")


def a_function(stack: cdk.Stack, name: str) -> lambda_.Function:
    """The smallest function, where the construct under test is given one."""
    return lambda_.Function(
        stack,
        name,
        description=f"bare: {name}",
        runtime=lambda_.Runtime.PYTHON_3_12,
        handler="index.handler",
        code=lambda_.Code.from_inline("def handler(event, context): ..."),
    )


def template_of(stack: cdk.Stack) -> Template:
    """Synthesize a bare stack."""
    return Template(assertions.Template.from_stack(stack).to_json())


def stand_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Copy what the functions are made of, and let the constructs read it there."""
    for part in ("functions", code.RUNTIME):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
    monkeypatch.setattr(code, "ROOT", folder)
    return folder
