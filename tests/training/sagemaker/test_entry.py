"""The container's program over a real /opt/ml in a folder: what it publishes, how it ends, what it says of failures."""

import json
from pathlib import Path

import pytest

from tests.training.sagemaker.tree import ARN, JOB, Tree, board_tree, hashes, manifest_of, trained_here
from training.jobs.results import find_outcome
from training.outcome import Outcome
from training.sagemaker.entry import OUTCOME, train
from warmstart.errors import StoreUnavailable
from warmstart.registry import read_alias
from warmstart.store import open_store

MODELS = "[models.popular]\n[models.als]\nfactors = 4\niterations = 3\n"


def test_it_publishes_what_this_machine_would(tmp_path: Path) -> None:
    """The same seed and one thread: every file of every version has the same hash, and the manifest names the job."""
    tree = board_tree(tmp_path / "job", MODELS)
    done = tree.run()
    assert (done.returncode, tree.failure) == (0, None), done.stderr
    here = trained_here(tmp_path / "here", MODELS)
    there = tmp_path / "job" / "store"
    assert hashes(there) == hashes(here)
    assert hashes(there).keys() == {"random", "popular", "als"}
    made, own = manifest_of(there, "als"), manifest_of(here, "als")
    assert made.trained_on == {"job": JOB, "arn": ARN}
    assert own.trained_on == {}
    assert (made.metrics, made.params, made.seed) == (own.metrics, own.params, own.seed)
    assert {**made.dataset} == {**own.dataset}
    (card,) = there.glob("models/als/versions/*/README.md")
    assert f"Trained by the job `{JOB}`." in card.read_text()


def test_it_says_how_far_it_is(tmp_path: Path) -> None:
    """On stdout, line by line, for SageMaker's log."""
    done = board_tree(tmp_path).run()
    lines = done.stdout.splitlines()
    assert lines[0].startswith("reading ")
    assert any(line.startswith("random: publishing ") for line in lines)


def test_what_became_of_it_is_left_for_its_follower(tmp_path: Path) -> None:
    """In the store under the job's name, and in the folder that SageMaker keeps."""
    tree = board_tree(tmp_path)
    assert train(tree.root, tree.environment) == 0
    kept = Outcome.from_json((tree.root / "model" / OUTCOME).read_bytes())
    assert find_outcome(open_store(str(tmp_path / "store")), JOB) == kept
    assert [made["state"] for made in kept.trained] == ["published"]
    assert find_outcome(open_store(str(tmp_path / "store")), "another") is None


@pytest.mark.usefixtures("sealed_apart")
def test_it_promotes_when_it_was_told_to(tmp_path: Path) -> None:
    """And not otherwise; what passes no gate, as random, has none to pass."""
    store = open_store(str(tmp_path / "store"))
    tree = board_tree(tmp_path)
    train(tree.root, tree.environment)
    assert read_alias(store, "random") is None
    tree.write("hyperparameters", {"store": str(tmp_path / "store"), "promote": "true"})
    train(tree.root, {**tree.environment, "TRAINING_JOB_NAME": "other"})
    alias = read_alias(store, "random")
    assert alias is not None
    assert alias.reason == "trained"


def test_what_the_gate_refuses_is_published_and_ends_with_three(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same exit code as the command's, with the reason where SageMaker shows it."""
    refused = ("refused", "random is not promoted: a reason")
    monkeypatch.setattr("training.train_recipe.promote_if_passed", lambda *_, **__: refused)
    tree = board_tree(tmp_path, promote="true")
    assert train(tree.root, tree.environment) == 3
    assert tree.failure == "random is not promoted: a reason"


def test_a_model_that_cannot_be_trained_leaves_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit 1 and the reason, and a version of the other one."""
    monkeypatch.setattr("training.memory.available", lambda: 1_000)
    tree = board_tree(tmp_path, "[models.ease]\n")
    assert train(tree.root, tree.environment) == 1
    assert tree.failure is not None
    assert tree.failure.startswith("ease was not trained: ")
    assert hashes(tmp_path / "store").keys() == {"random"}


def broken_recipe(tree: Tree) -> None:
    """Spoil the recipe."""
    (tree.root / "input/data/recipe/recipe.toml").write_text("[")


def no_table(tree: Tree) -> None:
    """Bring no table."""
    (tree.root / "input/data/data/interactions.csv").unlink()


def bad_row(tree: Tree) -> None:
    """Add a row that is none."""
    with (tree.root / "input/data/data/interactions.csv").open("a") as file:
        file.write("1,2,x,y\n")


def no_hyperparameters(tree: Tree) -> None:
    """Take the file away."""
    (tree.root / "input/config/hyperparameters.json").unlink()


def unknown_model(tree: Tree) -> None:
    """Order what the recipe has not."""
    tree.write("hyperparameters", {"store": str(tree.root.parent / "store"), "models": "als"})


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (broken_recipe, "recipe.toml is not TOML"),
        (no_table, "interactions.csv: no such file"),
        (bad_row, "--on-bad-row set-aside"),
        (no_hyperparameters, "hyperparameters.json cannot be read"),
        (unknown_model, "has no model als"),
    ],
)
def test_a_failure_is_told_where_sagemaker_shows_it(tmp_path: Path, spoil: object, why: str) -> None:
    """Exit 1, the reason in output/failure, and nothing published."""
    tree = board_tree(tmp_path)
    assert callable(spoil)
    spoil(tree)
    assert train(tree.root, tree.environment) == 1
    assert tree.failure is not None
    assert why in tree.failure
    assert not [*tmp_path.glob("store/models/*")]


def test_bad_rows_can_be_set_aside(tmp_path: Path) -> None:
    """As on this machine."""
    tree = board_tree(tmp_path, on_bad_row="set-aside")
    bad_row(tree)
    assert train(tree.root, tree.environment) == 0


def test_a_store_that_goes_away_is_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told whose version is missing for it."""

    def away(*_: object) -> None:
        raise StoreUnavailable("away")

    monkeypatch.setattr("training.train_recipe.publish_with_card", away)
    tree = board_tree(tmp_path)
    assert (train(tree.root, tree.environment), tree.failure) == (1, "random was not published: away")


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (RuntimeError(), "RuntimeError"),
        (MemoryError(), "MemoryError"),
        (ModuleNotFoundError("no", name="torch"), "the image holds no torch: networks want a stage whose"),
    ],
)
def test_an_error_without_words_is_told_by_its_name(
    error: Exception, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that the failure is never empty, and says what to do where that is known."""

    def fails(*_: object) -> None:
        raise error

    monkeypatch.setattr("training.sagemaker.entry.train_recipe", fails)
    tree = board_tree(tmp_path)
    assert train(tree.root, tree.environment) == 1
    assert tree.failure is not None
    assert tree.failure.startswith(why)


def test_an_outcome_that_is_none_is_as_if_there_were_none(tmp_path: Path) -> None:
    """Who follows a job is told what SageMaker says instead."""
    store = open_store(str(tmp_path / "store"))
    for wrong in (b"", b"[]", b"{}", json.dumps({"trained": [{}], "catalogue": {}}).encode()):
        store.put(f"training/jobs/{JOB}/outcome.json", wrong)
        assert find_outcome(store, JOB) is None
