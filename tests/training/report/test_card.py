"""A version's card says what its manifest says."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.training.datasets import checkerboard, recipe
from training.recipe import ModelSection
from training.report.card import card, metrics_of, put_card
from training.train import Training
from warmstart.publish import publish
from warmstart.pull import pull
from warmstart.registry import version_prefix
from warmstart.store import open_store
from warmstart.sweep import sweep

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


def test_users_that_were_drawn_are_said(tmp_path: Path) -> None:
    """So many of so many; where all were asked for nothing is said of it."""
    said = about(tmp_path)
    fold = {**said["measured_on"]["fold"], "drawn_of": 712_345}
    assert "40 users drawn of 712,345, without" in card({**said, "measured_on": {**said["measured_on"], "fold": fold}})
    assert ": 40 users, without" in card(said)


def test_what_an_artifact_leaves_out_is_said(tmp_path: Path) -> None:
    """With what it would be without, and the part that is lost; a whole artifact has no such sentence."""
    said = about(tmp_path)
    abridged = {"exact": {"ndcg@10": 0.35}, "loss": 0.0042}
    text = card({**said, "measured_on": {**said["measured_on"], "abridged": abridged}})
    assert "With all of it ndcg@10 is 0.3500: 0.42% are lost." in text
    assert "leaves out" not in card(said)


def test_whether_age_counts_is_said(tmp_path: Path) -> None:
    """With its numbers where it was searched for, that it is off where it may be chance, and why where it cannot."""
    said = about(tmp_path)
    assert "Age does not count: 40 users of an earlier fold are too few to choose it on." in card(said)
    found = {"best": {}, "score": 0.31, "score_off": 0.25, "users": 1200}
    for p, says in ((0.004, "(p = 0.0040)"), (0.2, "(p = 0.2000, so it does not count)")):
        text = card({**said, "measured_on": {**said["measured_on"], "time": {**found, "p": p, "chosen": p < 0.05}}})
        assert (
            "on a fold before that, 1,200 users: ndcg@10 0.3100 with the best settings of time, 0.2500 without" in text
        )
        assert says in text


@pytest.mark.parametrize(
    ("how", "says"), [({}, "It had not learnt those events"), ({"unmeasured": "nobody came"}, "replaced: nobody came.")]
)
def test_a_refreshed_trend_is_said(tmp_path: Path, how: dict[str, str], says: str) -> None:
    """Whose weights, whose interactions, and on what it was measured."""
    said = about(tmp_path)
    times = ["2026-01-01T00:00:00+00:00", "2026-02-01T00:00:00+00:00"]
    trend = {"of": "v1", "sha256": "ab", "interactions": 1234, "time_range": times, **how}
    text = card({**said, "dataset": {**said["dataset"], "trend": trend}})
    assert "All that was learnt then is version `v1`'s. Its trend and its fallback are of 1,234 interactions" in text
    assert says in text


def test_what_was_not_learnt_from_is_said(tmp_path: Path) -> None:
    """Bad rows and what the recipe leaves out are counted."""
    said = about(tmp_path)
    text = card({**said, "dataset": {**said["dataset"], "set_aside": 2, "left_out": {"until": 1500}}})
    assert "; 2 bad rows were set aside, 1,500 interactions left out by `until`." in text


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


def test_a_card_lies_beside_a_version_and_is_not_pulled(tmp_path: Path) -> None:
    """Who looks into the store finds it; functions get the files of the manifest and no more; a sweep takes it too."""
    sealed = tmp_path / "sealed"
    manifest = Training(recipe(ALS), checkerboard()).train(ALS, sealed)
    (tmp_path / "store").mkdir()
    store = open_store(f"file://{tmp_path / 'store'}")
    put_card(store, manifest)
    publish(store, sealed, lambda _, __: None)
    prefix = version_prefix("als", manifest.version)
    text = store.get(f"{prefix}/README.md", limit=4000).data.decode()
    assert head(text)["model-index"][0]["name"] == "als"
    assert json.loads(store.get(f"{prefix}/metrics.json", limit=4000).data)["metrics"] == dict(manifest.metrics)
    assert {path.name for path in pull(store, manifest, tmp_path / "cache").iterdir()} == set(manifest.files)
    later = datetime.now(UTC) + timedelta(days=2)
    assert sweep(store, "als", keep=0, older_than_days=1, dry_run=False, now=later) == [manifest.version]
    assert store.keys(prefix) == []
