"""What Spark does not fit is refused by name, before Spark is started."""

from pathlib import Path

import pytest

from tests.training.datasets import recipe
from training.recipe import ModelSection
from training.spark.possible import refuse_others
from warmstart.errors import DataError


@pytest.mark.parametrize(
    ("model", "said"),
    [
        (
            ModelSection("mine", "ease", {}),
            "models.mine: Spark fits als, item_knn, popular, popular_recent, and no ease",
        ),
        (ModelSection("mine", "item_knn", {}), 'models.mine: on Spark say weighting = "cosine"; tfidf is for one'),
        (ModelSection("mine", "als", {"features": True}), "models.mine: als with features is for one machine"),
        (ModelSection("mine", "als", {"factor": 8}), "models.mine: no setting 'factor'"),
    ],
)
def test_others_are_refused(model: ModelSection, said: str) -> None:
    """The message names the model, and what it may be."""
    with pytest.raises(DataError, match=said):
        refuse_others(recipe(model), [model])


def test_without_java_the_command_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """There is a package for it."""
    pytest.importorskip("pyspark", reason="make setup-spark")
    from training.spark.session import open_session

    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.delenv("PYSPARK_GATEWAY_PORT", raising=False)
    with pytest.raises(DataError, match="apt-get install openjdk-17-jre-headless"), open_session("test"):
        raise AssertionError


def test_a_wrong_home_of_java_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Spark takes no other Java then, however many there are."""
    pytest.importorskip("pyspark", reason="make setup-spark")
    from training.spark.session import open_session

    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    monkeypatch.delenv("PYSPARK_GATEWAY_PORT", raising=False)
    with pytest.raises(DataError, match=f"JAVA_HOME is {tmp_path}, where no bin/java is"), open_session("test"):
        raise AssertionError
