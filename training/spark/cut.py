"""A recipe's data set, read and cut by Spark; what an artifact holds of it comes to the driver, as arrays."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np
import polars as pl
import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812 as everybody calls it

from training import columns
from training.age_search import OFF, Chosen
from training.algorithms.als import ALS
from training.algorithms.base import Algorithm, Timed
from training.algorithms.item_knn import ItemKNN
from training.cut import Ages, Past
from training.data.tables import OnBadRow, described
from training.data.told import tell
from training.evaluation.cold import ColdFold
from training.evaluation.measured_on import HeldBack
from training.evaluation.truth import Truth
from training.fitting import built, here
from training.interactions import Events, Interactions, item_texts_of, user_features_of
from training.recipe import ModelSection, Recipe
from training.spark.als import fit_als
from training.spark.beside import Beside, read_beside
from training.spark.clean import Clean, clean
from training.spark.failures import told
from training.spark.fold import ASKED, TEST, Asked, asked, marked
from training.spark.ids import ID, indexed
from training.spark.item_knn import fit_item_knn
from training.spark.pairs import ITEM, TIME, USER, WEIGHT, Pairs, gathered, merged
from training.spark.raw import read_raw
from training.voice import Voice
from warmstart.errors import DataError
from warmstart.ids import IdMap, rows_in


class Unsearched(NamedTuple):
    """Settings of time as a recipe has them: no earlier fold is cut to choose them on."""

    recipe: Recipe

    def settle(self, model: ModelSection) -> Chosen:
        """Return a section with its own settings of time; age does not count where it has none."""
        if not isinstance(built(self.recipe, model), Timed) or not OFF.keys().isdisjoint(model.params):
            return Chosen(model, {})
        why = "on Spark it is not searched for; say history_half_life or trend_power to have it"
        return Chosen(model.with_settings(OFF), {"time": {"off": why}})


class SparkCut:
    """Events in Spark, with ids as rows, marked by whether the fold holds them back."""

    timed = True

    def __init__(self, recipe: Recipe, events: DataFrame, everything: Interactions, sha256: str, voice: Voice) -> None:
        """Take events that are read.

        Args:
            recipe: the fold, the seed and the settings.
            events: user, item, weight and time; checkpointed.
            everything: ids, features and titles; no pairs.
            sha256: of the data.
            voice: is told what is left out.
        """
        self._recipe = recipe
        self._voice = voice
        self._events = events
        self._everything = everything
        self.sha256 = sha256
        self.described: Mapping[str, Any] = described(recipe.name, sha256)
        with told("the fold cannot be cut"):
            self._marked = marked(events, recipe.fold).checkpoint()
            self._rows = self._marked.filter(TEST).count()  # that are held back
            self._part = gathered(merged(self._marked.filter(~F.col(TEST))).checkpoint(), everything)
        if not self._rows or not len(self.part.items):
            raise DataError(f"the fold leaves nothing to {'learn from' if self._rows else 'measure on'}")

    @classmethod
    def read(
        cls, spark: SparkSession, recipe: Recipe, on_bad_row: OnBadRow, voice: Voice, address: str | None = None
    ) -> Self:
        """Read a recipe's interactions, from an address if they are not where it says, and the tables beside them.

        Raises:
            DataError: they cannot be used.
        """
        with told("the interactions cannot be read"):
            found = clean(read_raw(spark, recipe.data, address), recipe.data, on_bad_row)
            beside = read_beside(recipe.data, found.frame.schema, on_bad_row)
            events, everything = _indexed(spark, found, beside, recipe)
        digest = hashlib.sha256(f"{found.digest} {beside.sha256}".encode()).hexdigest()
        cut = cls(recipe, events, everything, digest, voice)
        aside = found.set_aside + beside.bad
        tell(aside, found.left_out, voice)
        cut.described = described(recipe.name, cut.sha256, aside, found.left_out)
        return cut

    @property
    def part(self) -> Interactions:
        """Return what came before the fold."""
        return self._part.interactions

    @property
    def whole(self) -> Interactions:
        """Return all there is."""
        return self._whole.interactions

    @property
    def truth(self) -> Truth:
        """Return whom to ask, and what they had next."""
        return self._asked.truth

    @property
    def held_back(self) -> HeldBack:
        """Return how much the fold holds."""
        return HeldBack(self._rows, self._asked.of)

    @cached_property
    def past(self) -> Past:
        """Return the part as events, which share its arrays."""
        part = self.part
        texts = (part.user_features, part.titles, part.genres)
        events = Events(part.user_ids, part.item_ids, part.users, part.items, part.weights, part.timestamps, *texts)
        return Past(events, np.ones(len(part.items), np.bool_))

    def cold_fold(self) -> ColdFold | None:
        """Return None: no model that answers by features is fitted here."""

    def ages(self, say: Callable[[str], None], fit_seconds: defaultdict[str, float], checkpoints: Path | None) -> Ages:  # noqa: ARG002 nothing is searched
        """Return what the recipe says."""
        return Unsearched(self._recipe)

    def learn(self, algorithm: Algorithm, interactions: Interactions, rng: np.random.Generator) -> Algorithm:
        """Fit an algorithm with Spark; popularity is counted here, over arrays that are here."""
        with told("Spark failed"):
            if isinstance(algorithm, ALS):
                return fit_als(algorithm, self._pairs_of(interactions), rng)
            if isinstance(algorithm, ItemKNN):
                return fit_item_knn(algorithm, self._pairs_of(interactions), self._voice.warn)
        return here(algorithm, interactions, rng)

    @cached_property
    def _whole(self) -> Pairs:
        with told("the interactions cannot be gathered"):
            return gathered(merged(self._events).checkpoint(), self._everything)

    @cached_property
    def _asked(self) -> Asked:
        with told("the fold cannot be cut"):
            most = self._recipe.fold.users or ASKED
            return asked(self._marked.filter(TEST), self._part, most, self._recipe.seed)

    def _pairs_of(self, interactions: Interactions) -> Pairs:
        return self._part if interactions is self.part else self._whole


def _indexed(spark: SparkSession, found: Clean, beside: Beside, recipe: Recipe) -> tuple[DataFrame, Interactions]:
    """Give every id its row; users of the users table have one, too, whatever they had."""
    user_ids = found.frame.select(columns.USER_ID)
    if beside.users is not None:
        known = pa.table({ID: beside.users[columns.USER_ID].to_arrow().cast(_arrow(beside.users[columns.USER_ID]))})
        user_ids = user_ids.union(spark.createDataFrame(known))
    users, items = indexed(user_ids), indexed(found.frame.select(columns.ITEM_ID))
    events = items.put_into(users.put_into(found.frame, columns.USER_ID, USER), columns.ITEM_ID, ITEM)
    renamed = events.select(USER, ITEM, F.col(columns.WEIGHT).alias(WEIGHT), F.col(columns.TIMESTAMP).alias(TIME))
    return renamed.checkpoint(), _nobody(users.ids, items.ids, beside, recipe)


def _arrow(ids: pl.Series) -> pa.DataType:
    return pa.string() if ids.dtype == pl.String else pa.int64()


def _nobody(user_ids: IdMap, item_ids: IdMap, beside: Beside, recipe: Recipe) -> Interactions:
    """Return ids, features and titles, without pairs."""
    features: dict[str, list[str | None]] = {}
    if beside.users is not None:
        rows = rows_in(user_ids, beside.users[columns.USER_ID].to_list())
        features = user_features_of(beside.users, rows, len(user_ids))
    none = np.zeros(0, np.int32)
    return Interactions(
        user_ids,
        item_ids,
        none,
        none,
        none.astype(np.float32),
        none.astype(np.int64),
        user_features=features,
        titles=item_texts_of(beside.items, columns.TITLE, item_ids),
        genres=item_texts_of(beside.items, columns.GENRES, item_ids),
        segments=recipe.data.segments,
    )
