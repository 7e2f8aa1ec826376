"""The main job with Spark: it reads, cuts and fits; measuring, publishing and the gate are those of any training."""

from dataclasses import replace

from pyspark.sql import SparkSession

from training.outcome import Outcome
from training.spark.cut import SparkCut
from training.spark.possible import refuse_others
from training.train_recipe import Job, train_cut
from training.voice import Voice
from warmstart.store import Store


def train_on_spark(
    job: Job, store: Store, voice: Voice, spark: SparkSession, interactions: str | None = None
) -> Outcome:
    """Train the models of a recipe one after the other, as `train_recipe` does.

    Args:
        job: what is trained; `checkpoints` are of networks, and nothing here keeps any.
        store: where versions are published.
        voice: is told how it goes.
        spark: an open session, with a place for checkpoints.
        interactions: where Spark finds them, if not where the recipe says: a path or an address, a file or a folder.

    Raises:
        DataError: a model is not for Spark, or the tables cannot be used.
        Stopped: the process was asked to stop, between two models.
    """
    refuse_others(job.recipe, job.models)
    voice.progress(f"reading {interactions or job.recipe.data.described} with Spark {spark.version}")
    cut = SparkCut.read(spark, job.recipe, job.on_bad_row, voice, interactions)
    return train_cut(replace(job, trained_on={**job.trained_on, "spark": spark.version}), cut, store, voice)
