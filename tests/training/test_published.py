"""A model over others is made of versions in the store, and names them."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.training.datasets import fashions
from training.cli.main import main
from training.data.tables import Tables
from training.scorers import open_recommender
from warmstart.errors import VersionMissing
from warmstart.manifest import Manifest
from warmstart.publish import publish
from warmstart.pull import pull
from warmstart.recommender import Ask
from warmstart.registry import read_manifest, versions
from warmstart.store import open_store

RECIPE = """
name = "fashions"
[data]
path = "{folder}"
interactions = "interactions.csv"
[fold]
kind = "time"
days = 7
[models.two_stage]
first_stages = ["item_knn", "ease", "user_knn"]
trees = 20
min_rows = 20
candidates = 10
[models.item_knn]
history_half_life = 14.0
trend_half_life = 3.0
trend_power = 0.5
[models.ease]
history_half_life = 0.0
[models.user_knn]
k = 20
history_half_life = 14.0
"""


@pytest.fixture(scope="module")
def recipe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write fashions and a recipe whose two stages stand before what they are made of."""
    folder = tmp_path_factory.mktemp("fashions")
    return written(folder, fashions())


def written(folder: Path, table: Tables) -> Path:
    """Write a table and the recipe."""
    table.interactions.write_csv(folder / "interactions.csv")
    path = folder / "fashions.toml"
    path.write_text(RECIPE.format(folder=folder), encoding="utf8")
    return path


@pytest.fixture(scope="module")
def store(recipe: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Train everything in one command."""
    folder = tmp_path_factory.mktemp("store")
    done = train(recipe, folder)
    assert done.exit_code == 0, done.output
    return folder


def train(recipe: Path, store: Path, *options: str) -> Result:
    """Run `warmstart train`."""
    return CliRunner().invoke(main, ["train", "--recipe", str(recipe), "--store", str(store), "--json", *options])


def newest(store: Path, model: str) -> tuple[Manifest, Any]:
    """Return the newest version of a model, and the store."""
    opened = open_store(store.as_uri())
    return read_manifest(opened, model, versions(opened, model)[-1])[0], opened


def failure_of(done: Result) -> str:
    """Return why two_stage failed."""
    (found,) = (model for model in json.loads(done.stdout)["trained"] if model["model"] == "two_stage")
    assert found["state"] == "failed"
    return str(found["failure"])


def test_it_is_made_of_the_versions_that_were_just_published(store: Path) -> None:
    """One command trains the first stages first, and the manifest names their versions."""
    manifest, opened = newest(store, "two_stage")
    assert manifest.first_stages == {name: versions(opened, name)[-1] for name in ("item_knn", "ease", "user_knn")}


def test_its_first_stages_are_those_versions_bit_by_bit(store: Path, tmp_path: Path) -> None:
    """What lies in its artifact scores as the published first stages do."""
    manifest, opened = newest(store, "two_stage")
    both = open_recommender(pull(opened, manifest, tmp_path), manifest)
    for stage in both.scorer.proposals.first._stages[:3]:  # type: ignore[attr-defined]
        own, _ = newest(store, stage.model)
        alone = open_recommender(pull(opened, own, tmp_path), own)
        for user in (0, 1, 77):
            query, _ = alone.query(Ask(user_id=user))
            found, expected = stage.scores(query), alone.scorer.scores(query)  # type: ignore[attr-defined]
            assert (found == expected).all()


def test_without_published_first_stages_it_is_not_trained(recipe: Path, tmp_path: Path) -> None:
    """The message says which is missing and what to do."""
    done = train(recipe, tmp_path / "empty", "--models", "two_stage")
    assert done.exit_code == 1
    assert "the store has no item_knn that was trained on these tables" in failure_of(done)
    assert "train item_knn first, or together with it" in failure_of(done)


def test_versions_of_other_tables_do_not_count(store: Path, tmp_path: Path) -> None:
    """A first stage has learnt from the very tables that the ranker learns from."""
    copied = tmp_path / "store"
    shutil.copytree(store, copied)
    table = fashions()
    fewer = Tables(table.interactions.head(2_000), None, None, sha256="1" * 64, set_aside=0)
    done = train(written(tmp_path, fewer), copied, "--models", "two_stage")
    assert "trained on these tables" in failure_of(done)


def test_a_first_stage_that_was_swept_is_refused_at_publish(store: Path, tmp_path: Path) -> None:
    """Between training and publishing a first stage may go: then the version says of what it was made, and that."""
    copied = tmp_path / "store"
    shutil.copytree(store, copied)
    manifest, opened = newest(copied, "two_stage")
    draft = tmp_path / "draft"
    shutil.copytree(pull(opened, manifest, tmp_path), draft)
    (draft / "manifest.json").write_bytes(manifest.to_json())
    for gone in ("ease", "two_stage"):
        shutil.rmtree(copied / "models" / gone)
    with pytest.raises(VersionMissing, match=rf"made of ease {manifest.first_stages['ease']}.*swept.*train it again"):
        publish(opened, draft, lambda _folder, _manifest: None)


def test_offline_lists_are_the_online_ones(store: Path, tmp_path: Path) -> None:
    """`batch` of the same version serves every user the same items in the same order, the unknown too."""
    online, opened = newest(store, "two_stage")
    command = ["batch", "two_stage", "--version", online.version, "--store", str(store), "--workers", "1"]
    done = CliRunner().invoke(main, command)
    assert done.exit_code == 0, done.output
    offline, _ = newest(store, "two_stage_offline")
    assert offline.params["version"] == online.version
    assert offline.first_stages == {}
    left, right = (open_recommender(pull(opened, manifest, tmp_path), manifest) for manifest in (online, offline))
    for user in (*range(160), 10**6):
        for k in (1, 10):
            ours, theirs = left.recommend(Ask(user_id=user, k=k)), right.recommend(Ask(user_id=user, k=k))
            assert (ours.items, ours.source) == (theirs.items, theirs.source)
