"""Lists that Spark's executors make: the online scorer's, and the same bytes as `batch` makes on one machine."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner

from tests.training.datasets import SIZE, checkerboard, fashions, recipe, tables
from training.batch import Batch
from training.batch_order import Order, carry_out
from training.cli.batch import Processes
from training.cli.main import main
from training.data.tables import Tables
from training.over_users import over_users
from training.publishing import publish_with_card
from training.ready_lists import Answers, Lists, answered, ranked
from training.recipe import ModelSection
from training.scorers import open_recommender
from training.section import Setting
from training.spark import batch as spark_batch
from training.spark import list_files
from training.spark.batch import Executors, batch_on_spark
from training.spark.executors import Shipped
from training.train import Training
from warmstart.errors import Corrupt, DataError, SettingsError
from warmstart.manifest import ARRAYS, Manifest
from warmstart.recommender import Ask, Recommender
from warmstart.registry import promote, read_alias, read_manifest
from warmstart.scorer import Rows
from warmstart.store import Store, open_store

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

NAME = "l\u00e4st [1]%20#*?{a}"  # that an address or a pattern would take for something else
CHUNK = 7  # users: six chunks, each a partition, and five users in the last
STAGES = tuple(ModelSection(name, name, {}) for name in ("item_knn", "ease"))
RANKER: dict[str, Setting] = {"min_rows": 20, "candidates": 10, "trees": 20, "cold": "ranker"}
VECTORS = {"factors": 2, "alpha": 5.0, "iterations": 10}
TIMED = {"history_half_life": 20.0, "trend_power": 0.5}
TOWERS = {"hidden": 16, "factors": 8, "batch": 16, "epochs": 2}
SPARSE = tables([0, 0, 1, 1, 2], [0, 1, 1, 2, 3])  # the last user has nothing in common with anybody
MODELS: dict[str, tuple[ModelSection, Tables]] = {
    "als, string ids": (ModelSection("als", "als", VECTORS), checkerboard(strings=True)),
    "ease, users without a list": (ModelSection("ease", "ease", {}), SPARSE),
    "timed item_knn": (ModelSection("timed", "item_knn", TIMED), checkerboard()),
    "popular, no list at all": (ModelSection("popular", "popular", {}), checkerboard()),
    "two_stage": (ModelSection("two_stage", "two_stage", RANKER, STAGES), fashions(users=40)),
    "dssm": (ModelSection("dssm", "dssm", TOWERS), checkerboard()),
}


@dataclass(frozen=True)
class Published:
    """A version in a store of its own, and its files."""

    store: Store
    manifest: Manifest
    folder: Path

    @property
    def job(self) -> Batch:
        """Return what makes its lists."""
        return Batch(self.folder, self.manifest)

    @property
    def order(self) -> Order:
        """Return the order to publish them."""
        return Order(self.manifest.model, self.manifest.version)


def published(folder: Path, model: ModelSection, table: Tables) -> Published:
    """Fit a model and publish it."""
    store = open_store(str(folder / "store"))
    manifest = Training(recipe(model), table).fit_whole(model, folder / "source")
    publish_with_card(store, folder / "source", manifest)
    return Published(store, manifest, folder / "source")


@pytest.fixture(params=MODELS, scope="module")
def version(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Published:
    """Return a version of each family in turn."""
    if request.param == "dssm":
        pytest.importorskip("torch")
    return published(tmp_path_factory.mktemp("spark"), *MODELS[request.param])


@pytest.fixture(scope="module")
def als(tmp_path_factory: pytest.TempPathFactory) -> Published:
    """Return one whose ids are strings."""
    return published(tmp_path_factory.mktemp("als"), *MODELS["als, string ids"])


def few(spark: "SparkSession", version: Published) -> Executors:
    """Return executors that take a few users at a time."""
    return Executors(spark, version.store.url, CHUNK)


def keys_of(store: Store, model: str) -> list[str]:
    """List what there is of a model, whole or not."""
    return store.keys(f"models/{model}/")


def online_rows(recommender: Recommender, k: int) -> list[tuple[object, ...]]:
    """Answer every user online, with reasons, as many at a time as the executors take; a row an item."""
    n_users = len(recommender.user_ids)
    chunks = [np.arange(start, min(start + CHUNK, n_users), dtype=np.int32) for start in range(0, n_users, CHUNK)]
    ids = [[*recommender.user_ids.external(chunk)] for chunk in chunks]
    return [
        (user, rank, detail.item_id, detail.score and float(np.float32(detail.score)), detail.source)
        for users in ids
        for user, answer in zip(
            users, recommender.recommend_many([Ask(user_id=u, k=k, explain=True) for u in users]), strict=True
        )
        for rank, detail in enumerate(answer.details, 1)
    ]


def test_the_files_are_the_same_bytes(spark: "SparkSession", version: Published, tmp_path: Path) -> None:
    """Whatever the family, ids and fallback: ranked by processes or by executors, all hashes are equal."""
    job = version.job
    here = job.joined(over_users(version.folder, version.manifest, ranked, k=job.k, workers=1, chunk=CHUNK))
    there = few(spark, version).lists(job)
    sealed = [job.seal(lists, tmp_path / name, "x_offline") for name, lists in (("here", here), ("there", there))]
    assert sealed[0].files == sealed[1].files
    assert len(here.lengths) == job.users + 1


def test_what_is_written_is_what_is_answered_online(spark: "SparkSession", version: Published, tmp_path: Path) -> None:
    """Every user's items, scores and sources, in the order of the users, the fallback's part included."""
    told = carry_out(
        replace(version.order, k=30, to=str(tmp_path / "lists")), version.store, few(spark, version), lambda _: None
    )
    found = pl.read_parquet(tmp_path / "lists")
    assert found.rows() == online_rows(open_recommender(version.folder, version.manifest), 30)
    alone = found.group_by("user_id").agg((pl.col("source") != "model").all()).get_column("source").sum()
    assert (told["state"], told["by_fallback"], told["version"]) == ("written", alone, None)


def test_a_folder_reads_as_the_file_that_is_written_here(spark: "SparkSession", als: Published, tmp_path: Path) -> None:
    """The same columns, types and rows, to the last bit; nothing is published, and nothing lies beside it."""
    batch_on_spark(spark, als.store, replace(als.order, to=str(tmp_path / NAME)))
    carry_out(replace(als.order, to=str(tmp_path / "here.parquet")), als.store, Processes(), lambda _: None)
    here = pl.read_parquet(tmp_path / "here.parquet")
    there = pl.read_parquet(sorted((tmp_path / NAME).iterdir()), glob=False)
    assert here.schema == there.schema
    assert here.equals(there)
    assert {path.name for path in tmp_path.iterdir()} == {"here.parquet", NAME}
    assert keys_of(als.store, "als_offline") == []


def test_the_command_publishes_what_it_does_here(spark: "SparkSession", tmp_path: Path) -> None:
    """`--on spark` serves a version with the same files by hash, through the same gate."""
    model, table = MODELS["als, string ids"]
    store = open_store(str(tmp_path / "store"))
    manifest = Training(recipe(model), table).train(model, tmp_path / "source")
    publish_with_card(store, tmp_path / "source", manifest)
    promote(store, "als", manifest.version, reason="test")
    files = []
    for machine in ("here", "spark"):
        done = CliRunner().invoke(main, ["batch", "als", "--store", store.url, "--promote", "--on", machine])
        assert done.exit_code == 0, done.stderr
        assert f"served: up to 100 items for each of the {SIZE} users" in done.stdout
        alias = read_alias(store, "als_offline")
        assert alias
        files.append(read_manifest(store, "als_offline", alias.version)[0].files)
    assert files[0] == files[1]


def _killed_ranking(recommender: Recommender, users: Rows, k: int) -> Lists:
    _die_at(users)
    return ranked(recommender, users, k)


def _killed_answering(recommender: Recommender, users: Rows, k: int) -> Answers:
    _die_at(users)
    return answered(recommender, users, k)


def _die_at(users: Rows) -> None:
    if users[0] == 2 * CHUNK:
        os.kill(os.getpid(), signal.SIGKILL)


def test_an_executor_that_dies_leaves_nothing(
    spark: "SparkSession", als: Published, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is published, the folder of before stays whole with nothing beside it, and a rerun finishes."""
    to = tmp_path / "lists.parquet"
    orders = [als.order, replace(als.order, to=str(to))]
    to.mkdir()
    pl.DataFrame({"user_id": ["before"]}).write_parquet(to / "part-00000.parquet")
    with monkeypatch.context() as broken:
        broken.setattr(spark_batch, "ranked", _killed_ranking)
        broken.setattr(list_files, "answered", _killed_answering)
        for order in orders:
            with pytest.raises(DataError, match="executor of Spark failed: its Python was killed"):
                carry_out(order, als.store, few(spark, als), lambda _: None)
    assert keys_of(als.store, "als_offline") == []
    assert pl.read_parquet(to).rows() == [("before",)]
    assert [*tmp_path.iterdir()] == [to]
    told = [carry_out(order, als.store, few(spark, als), lambda _: None) for order in orders]
    assert [value["state"] for value in told] == ["published", "written"]
    assert pl.read_parquet(to).get_column("user_id").n_unique() == SIZE
    for key in keys_of(als.store, "als_offline"):
        als.store.delete(key)


def test_under_a_url_success_is_written_last(spark: "SparkSession", als: Published, tmp_path: Path) -> None:
    """What a killed run has left there goes, and the parts are read without it."""
    to = tmp_path / "lists"
    left = to / "_temporary" / "0" / "part-00007.parquet"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"half")
    (to / "part-00000.parquet").write_bytes(b"half")
    batch_on_spark(spark, als.store, replace(als.order, to=to.as_uri()))
    assert (to / "_SUCCESS").exists()
    assert not left.exists()
    assert pl.read_parquet(to / "*.parquet").get_column("user_id").n_unique() == SIZE


def test_nothing_of_others_is_lost(spark: "SparkSession", als: Published, tmp_path: Path) -> None:
    """A folder with other files, a file, and what Spark cannot reach are refused before anything is ranked."""
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "thesis.tex").write_text("x", encoding="utf8")
    (tmp_path / "lists.parquet").write_text("x", encoding="utf8")
    wrong = {
        str(tmp_path / "home"): "holds thesis.tex, which would be lost",
        (tmp_path / "home").as_uri(): "holds thesis.tex, which would be lost",
        str(tmp_path / "lists.parquet"): "is a file: on Spark lists are a folder",
        str(tmp_path / "nowhere" / "lists"): "cannot be written: No such file or directory",
    }
    for to, message in wrong.items():
        with pytest.raises(SettingsError, match=message):
            batch_on_spark(spark, als.store, replace(als.order, to=to))
    with pytest.raises(
        DataError, match=r'nothing://bucket/lists cannot be reached: No FileSystem for scheme "nothing"'
    ):
        batch_on_spark(spark, als.store, replace(als.order, to="nothing://bucket/lists"))
    assert (tmp_path / "home" / "thesis.tex").exists()


def test_a_corrupted_version_is_refused(spark: "SparkSession", tmp_path: Path) -> None:
    """By the driver, and by an executor where it is spoiled after the driver has pulled it."""
    version = published(tmp_path, ModelSection("popular", "popular", {}), checkerboard())
    path = tmp_path / "store/models/popular/versions" / version.manifest.version / ARRAYS
    spoiled = bytearray(path.read_bytes())
    spoiled[-1] ^= 1
    path.write_bytes(spoiled)
    with pytest.raises(Corrupt, match="not the bytes that the manifest names"):
        batch_on_spark(spark, version.store, version.order)
    with pytest.raises(DataError, match=r"an executor of Spark failed: .*not the bytes"):
        few(spark, version).lists(version.job)
    assert keys_of(version.store, "popular_offline") == []


def test_partitions_are_many_enough_and_small_enough() -> None:
    """A few for each core while there are few users, and 65,536 users in the largest."""
    sizes = {1: 1, 1_024: 1, 1_025: 2, 20_000: 8, 524_288: 8, 524_289: 9, 100_000_000: 1_526}
    found = {n_users: Shipped("store", b"", n_users, 100).partitions(cores=2) for n_users in sizes}
    assert found == sizes


@pytest.mark.slow
def test_the_command_killed_halfway_leaves_nothing(spark: "SparkSession", als: Published, tmp_path: Path) -> None:
    """Killed with its JVM while parts are written, there is no such folder; the same order then makes it."""
    to = tmp_path / "lists.parquet"
    command = [sys.executable, "-c", "from training.cli.main import main; main()", "batch", "als"]
    said = ["--version", als.manifest.version, "--store", als.store.url, "--on", "spark", "--to", str(to)]
    child = subprocess.Popen([*command, *said], start_new_session=True, stderr=subprocess.DEVNULL)
    until = time.monotonic() + 120
    while not [*tmp_path.glob(".lists.parquet.unfinished-*/whole")] and time.monotonic() < until:
        time.sleep(0.005)
    os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    assert [path.name[:26] for path in tmp_path.iterdir()] == [".lists.parquet.unfinished-"]
    batch_on_spark(spark, als.store, replace(als.order, to=str(to)))
    assert [*tmp_path.iterdir()] == [to]
    assert pl.read_parquet(to).get_column("user_id").n_unique() == SIZE
