"""A version's card says what its manifest says."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from tests.training.datasets import checkerboard, recipe
from training.recipe import ModelSection
from training.report.card import card, metrics_of
from training.train import Training
from warmstart.artifact_writer import ArtifactWriter
from warmstart.manifest import Manifest
from warmstart.publish import publish
from warmstart.pull import pull
from warmstart.store import open_store

ALS = ModelSection("als", "als", {"factors": 2, "alpha": 5.0})


def about(folder: Path, *, measured: bool = True) -> dict[str, Any]:
    """Train a small model and return its manifest as plain values."""
    training = Training(recipe(ALS), checkerboard())
    manifest = (training.train if measured else training.fit_whole)(ALS, folder)
    found: dict[str, Any] = json.loads(manifest.to_json())
    return found


def head(text: str) -> dict[str, Any]:
    """Parse the head of a card."""
    found: dict[str, Any] = yaml.safe_load(text.split("---\n")[1])
    return found


def test_a_card_has_the_manifests_numbers(tmp_path: Path) -> None:
    """The head names the metrics for programs; the text has them beside the baselines', with the difference."""
    said = about(tmp_path)
    text = card(said)
    results = head(text)["model-index"][0]["results"][0]
    assert {found["type"]: found["value"] for found in results["metrics"]} == said["metrics"]
    ndcg, pair = said["metrics"]["ndcg@10"], said["measured_on"]["paired"]["popular"]["ndcg@10"]
    row = next(line for line in text.splitlines() if line.startswith("| ndcg@10"))
    assert row.startswith(f"| ndcg@10 | {ndcg:.4f} | {said['measured_on']['baselines']['popular']['ndcg@10']:.4f} | ")
    assert f"{pair['difference']:+.4f} ({pair['low']:+.4f} to {pair['high']:+.4f})" in row
    assert "| factors | 2 |" in text
    assert metrics_of(said)["metrics"] == said["metrics"]


def test_equal_versions_have_equal_cards(tmp_path: Path) -> None:
    """Neither the time nor the commit nor the version's name is in it."""
    said = about(tmp_path)
    later = {**said, "created_at": "2030", "git_commit": "0" * 40, "version": "20300101T000000Z-0000000"}
    assert card(later) == card(said)


def test_what_was_not_measured_is_said(tmp_path: Path) -> None:
    """No empty table."""
    text = card(about(tmp_path, measured=False))
    assert "Not measured." in text
    assert head(text)["model-index"] == [{"name": "als", "results": []}]


def test_names_cannot_break_out(tmp_path: Path) -> None:
    """Whatever a data set or a setting is called, the head stays YAML and the text a text."""
    evil = "x\n---\n# <script>|`*"
    said = about(tmp_path)
    text = card({**said, "dataset": {"name": evil}, "params": {evil: evil}, "fallback": evil, "algorithm": evil})
    assert head(text)["datasets"] == [evil]
    assert text.count("\n---\n") == 1
    assert "<script>" not in text.split("\n---\n")[1].replace("\\<script\\>", "").replace("`x --- # <script>|'*`", "")


def test_a_version_may_hold_its_card(tmp_path: Path) -> None:
    """Small files beside the arrays are published, pulled and verified as any; readers need not know them."""
    text, numbers = card(said := about(tmp_path / "sealed")), metrics_of(said)
    draft = tmp_path / "draft"
    writer = ArtifactWriter(draft)
    writer.array("seen_rows", np.arange(3, dtype=np.int32))
    writer.json("metrics.json", numbers)
    (draft / "readme.md").write_text(text, encoding="utf8")
    own = {"version", "created_at", "files", "memory_bytes", "format"}
    manifest = writer.seal(**{name: value for name, value in said.items() if name not in own})
    (tmp_path / "store").mkdir()
    store = open_store(f"file://{tmp_path / 'store'}")
    publish(store, draft, lambda _, __: None)
    assert set(Manifest.from_json(manifest.to_json()).files) == {"arrays.safetensors", "metrics.json", "readme.md"}
    assert (pull(store, manifest, tmp_path / "cache") / "readme.md").read_text(encoding="utf8") == text
    assert len(text) < 4000
