"""A recipe trained on Spark: published, served, and nothing half-made where it was killed."""

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from tests.training.datasets import SIZE, board_file
from training.cli.main import main
from training.scorers import open_recommender
from training.stores import open_named
from warmstart.pull import pull
from warmstart.recommender import Ask
from warmstart.registry import models, read_manifest

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.slow

MODELS = """
[models.als]
factors = 8
regularization = 1.0
alpha = 4.0
iterations = 5
[models.item_knn]
weighting = "cosine"
"""


def ended(how: str, recipe: Path, url: str) -> "subprocess.CompletedProcess[str]":
    """Train until it is killed or stopped in a fit."""
    command = [sys.executable, "-m", "tests.training.spark.killed", how, str(recipe), url]
    return subprocess.run(command, check=False, capture_output=True, text=True)


def test_sigterm_ends_it_without_a_word_of_java(spark: "SparkSession", tmp_path: Path) -> None:
    """In the middle of a call of Spark, whose answer is then another's."""
    recipe = board_file(tmp_path, MODELS)
    recipe.write_text(recipe.read_text().replace("[models.random]\n", ""))
    stopped = ended("stopped", recipe, str(tmp_path / "store"))
    assert stopped.returncode == 143
    assert "error: stopped by SIGTERM" in stopped.stderr
    assert "Traceback" not in stopped.stderr


def test_a_killed_training_publishes_nothing_and_the_next_one_ends(spark: "SparkSession", tmp_path: Path) -> None:
    """What is published then is served by the scorers that there are: the board's diagonal is what is right."""
    recipe, url = board_file(tmp_path, MODELS), str(tmp_path / "store")
    recipe.write_text(recipe.read_text().replace("[models.random]\n", ""))
    killed = ended("killed", recipe, url)
    store = open_named(url, create=True)
    assert killed.returncode == -signal.SIGKILL
    assert models(store) == []

    command = ["train", "--on", "spark", "--recipe", str(recipe), "--store", url, "--json"]
    done = CliRunner().invoke(main, command)
    assert done.exit_code == 0, done.output
    for told in json.loads(done.stdout)["trained"]:
        manifest = read_manifest(store, told["model"], told["version"])[0]
        recommender = open_recommender(pull(store, manifest, tmp_path / "cache"), manifest)
        answers = recommender.recommend_many([Ask(user_id=user, k=1) for user in range(SIZE)])
        assert [recommender.item_ids.external(answer.rows)[0] for answer in answers] == [*range(SIZE)]
        assert manifest.trained_on == {"spark": spark.version}
        assert manifest.measured_on["time"]["off"].startswith("on Spark it is not searched for")
