"""What a function imports is what its image holds: nothing heavy, and nothing that unpickles data."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from infra.families import Family, read_families
from infra.functions import handler
from infra.tree import ROOT
from tests.training.datasets import checkerboard, recipe
from training.recipe import ModelSection
from training.train import Training

HEAVY = {
    "pandas",
    "scipy",
    "torch",
    "implicit",
    "lightfm",
    "rectools",
    "sklearn",
    "polars",
    "pyarrow",
    "boto3",
    "botocore",
    "fastapi",
    "pydantic",
    "joblib",
    "cloudpickle",
    "dill",
    "safetensors",
    "aws_cdk",
}
RANKS = """
import json, pathlib, sys
from functions.factorization.scorer import FactorizationScorer
from warmstart.live import loader
from warmstart.manifest import Manifest
from warmstart.recommender import Ask
folder = pathlib.Path(sys.argv[1])
recommender = loader(FactorizationScorer)(folder, Manifest.from_json((folder / "manifest.json").read_bytes()))
answer = recommender.recommend(Ask(user_id=1, k=10))
print(json.dumps([answer.source, "hnswlib" in sys.modules]))
"""


def modules_of(module: str) -> set[str]:
    """The modules that a fresh interpreter holds after one import."""
    environment = {**os.environ, "WARMSTART_STORE": "s3://bucket/stage", "AWS_REGION": "us-east-1"}
    code = f"import sys, json, {module}; print(json.dumps(sorted(sys.modules)))"
    ran = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    return set(json.loads(ran.stdout.splitlines()[-1]))


def loaded_by(module: str) -> set[str]:
    """The top-level ones among them."""
    return {name.partition(".")[0] for name in modules_of(module)}


@pytest.mark.parametrize(
    "module",
    [
        "warmstart.adapter",
        "warmstart.lambda_handler",
        "warmstart.plain_app",
        "functions.lists.handler",
        "functions.factorization.handler",
        "functions.knn.handler",
        "functions.neural.handler",
        "functions.ranker.handler",
        "functions.authorizer.handler",
        "functions.catalogue.handler",
    ],
)
def test_a_function_imports_nothing_heavy(module: str) -> None:
    """Neither training's libraries nor AWS's are loaded, by any way."""
    assert loaded_by(module) & HEAVY == set()


@pytest.mark.parametrize("family", read_families(ROOT / "functions"), ids=lambda family: family.name)
def test_a_family_imports_itself_and_what_stands_beside_it(family: Family) -> None:
    """`beside` in its family.toml, which decides what its image holds, names the others' code that it imports: all."""
    imported = modules_of(handler(family.name).rpartition(".")[0])
    assert {name.split(".")[1] for name in imported if name.startswith("functions.")} == {family.name, *family.beside}


@pytest.mark.parametrize("family", read_families(ROOT / "functions"), ids=lambda family: family.name)
def test_only_who_runs_graphs_loads_onnxruntime(family: Family) -> None:
    """A tenth of a second and 70 MB that no other cold start pays."""
    assert ("onnxruntime" in loaded_by(handler(family.name).rpartition(".")[0])) is (
        family.name in {"neural", "ranker"}
    )


def test_the_authorizer_needs_no_numbers() -> None:
    """It reads one small file: no numpy, no web framework, and no model's code."""
    assert loaded_by("functions.authorizer.handler") & {"numpy", "starlette", "mangum", "msgspec"} == set()


@pytest.mark.parametrize(("search", "imported"), [("exact", False), ("hnsw", True)])
def test_only_a_version_with_an_index_loads_hnswlib(tmp_path: Path, search: str, imported: bool) -> None:
    """A function that opens an exact version and ranks from it never imports hnswlib."""
    model = ModelSection("als", "als", {"factors": 2, "iterations": 1, "search": search})
    manifest = Training(recipe(model), checkerboard()).fit_whole(model, tmp_path)
    (tmp_path / "manifest.json").write_bytes(manifest.to_json())
    ran = subprocess.run([sys.executable, "-c", RANKS, str(tmp_path)], capture_output=True, text=True, check=True)
    assert json.loads(ran.stdout) == ["model", imported]


def test_what_is_heavy_is_seen() -> None:
    """The probe finds what is imported."""
    assert "numpy" in loaded_by("warmstart.adapter")
    assert "boto3" in loaded_by("boto3")
