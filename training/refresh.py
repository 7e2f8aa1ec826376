"""A published version with what is wanted now: the trend and the fallback of fresh interactions, and no training.

What the version has learnt stays as it is, stored histories included. The newest of the interactions, those after all
that it has learnt, measure it: with the trend and the fallback of what came before them, on people and items that it
knows.
"""

import tempfile
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.again import again
from training.data.tables import Tables
from training.evaluation.baselines import baseline_sections
from training.evaluation.measure import Measured, measure
from training.evaluation.measured_on import measured_on
from training.evaluation.splits import DAY, Mask, end_of
from training.evaluation.truth import Truth, truth_of
from training.export import iso
from training.fitting import Fitting
from training.interactions import Events
from training.recipe import Fold, ModelSection, Recipe
from training.scorers import open_recommender
from warmstart.artifact import Artifact
from warmstart.artifact_writer import draft_hash
from warmstart.errors import DataError
from warmstart.ids import UNKNOWN, IntegerIds, external_ids, load_ids, rows_in
from warmstart.manifest import Manifest
from warmstart.scorer import Rows

FEWEST = 50  # users to measure on: of fewer, what was measured before tells more


class Refresh:
    """One version and fresh interactions."""

    def __init__(
        self, recipe: Recipe, tables: Tables, version: Artifact, say: Callable[[str], None] = lambda _: None
    ) -> None:
        """Compute nothing yet.

        Args:
            recipe: its fallback, its segments and the days of its fold.
            tables: the interactions, and the users where the fallback has segments.
            version: what is carried over, opened.
            say: is told what is being done.

        Raises:
            DataError: the interactions tell nothing of what is wanted now, or not of this version's items.
        """
        self._recipe, self._version, self._say = recipe, version, say
        self._events, self._dataset = Events.of(tables), tables.described(recipe.name)
        self._item_ids, self._user_ids = load_ids(version, "item_ids"), load_ids(version, "user_ids")
        self._check_ids()
        self._times = self._checked_times()

    @property
    def unknown_items(self) -> int:
        """Count the items of the interactions that the version does not know, and so cannot recommend."""
        return int((self._item_rows == UNKNOWN).sum())

    @property
    def users(self) -> int:
        """Count who can be asked for to measure: people that the version knows, who had something new since."""
        return 0 if self._newest.all() or self._truth is None else len(self._truth.users)

    def seal(self, folder: Path) -> Manifest:
        """Write the draft of the new version."""
        manifest = self._version.manifest
        before = {"metrics": manifest.metrics, "measured_on": manifest.measured_on}
        measured = before if self._truth is None or self.users < FEWEST else self._measured(self._truth)
        self._say(f"{manifest.model}: trend and fallback of {len(self._events.items):,} interactions")
        dataset = {**manifest.dataset, "trend": self._described()}
        return self._again(self._fitting(None), folder, dataset=dataset, **measured)

    def _check_ids(self) -> None:
        """Refuse a table of other things."""
        for what, own, fresh in (
            ("item", self._item_ids, self._events.item_ids),
            ("user", self._user_ids, self._events.user_ids),
        ):
            if isinstance(own, IntegerIds) != isinstance(fresh, IntegerIds):
                kind = "integers" if isinstance(own, IntegerIds) else "texts"
                raise DataError(f"{self._name} has {what} ids that are {kind}, and the interactions have not")
        if self.unknown_items == len(self._item_rows):
            raise DataError(f"{self._name} knows none of the {self.unknown_items:,} items of the interactions")

    def _checked_times(self) -> NDArray[np.int64]:
        """Return the times; refuse those that say nothing of now."""
        times, why = self._events.timestamps, self._events.timeless
        if times is None or why is not None:
            raise DataError(f"the trend of {self._name} stays as it is: {why}")
        dataset = self._version.manifest.dataset
        for what, about in (("trend", dataset.get("trend", {})), ("training", dataset)):
            if times.max() < _end(about):
                ends = f"end at {iso(times.max())}, and the {what} of {self._name} at {iso(_end(about))}"
                raise DataError(f"the interactions {ends}: nothing in them is new")
        return times

    def _described(self) -> dict[str, Any]:
        return {
            "of": self._version.manifest.version,  # what was carried over
            **self._dataset,
            "interactions": len(self._events.items),
            "unknown_items": self.unknown_items,
            "time_range": [iso(self._times.min()), iso(self._times.max())],
            "measured": self.users >= FEWEST,  # on what came after the version; if not, its metrics are those it had
        }

    @property
    def _name(self) -> str:
        return f"{self._version.manifest.model} {self._version.manifest.version}"

    @cached_property
    def _item_rows(self) -> Rows:
        """Return the version's row of each item of the interactions, UNKNOWN where it has none."""
        return rows_in(self._item_ids, external_ids(self._events.item_ids))

    def _measured(self, truth: Truth) -> dict[str, Any]:
        """Measure the version, carried over with what came before the newest interactions."""
        before = self._fitting(~self._newest)
        with tempfile.TemporaryDirectory(prefix="warmstart-draft-") as folder:
            manifest = self._again(before, Path(folder))
            self._say(f"{manifest.model}: measuring on what came after it")
            found = measure(open_recommender(Path(folder), manifest), truth)
        fold = Fold("time", self._recipe.fold.days)
        rows, digest, seed = int(self._newest.sum()), draft_hash(manifest.files), self._recipe.seed
        baselines = {section.name: self._baseline(before, section, truth) for section in baseline_sections(timed=True)}
        kept = {name: self._version.manifest.measured_on.get(name) for name in ("abridged", "cold", "time")}
        described = measured_on(found, baselines, fold, rows=rows, digest=digest, seed=seed)
        return {
            "metrics": found.metrics,
            "measured_on": {**described, **{name: value for name, value in kept.items() if value is not None}},
        }

    def _baseline(self, fitting: Fitting, section: ModelSection, truth: Truth) -> Measured:
        with tempfile.TemporaryDirectory(prefix="warmstart-draft-") as folder:
            manifest = fitting.seal(section, Path(folder))
            return measure(open_recommender(Path(folder), manifest), truth)

    def _again(self, fitting: Fitting, folder: Path, **changed: Any) -> Manifest:
        manifest = self._version.manifest
        fallback = fitting.fallback_of(ModelSection(manifest.model, manifest.algorithm, manifest.params))
        return again(self._version, fitting.interactions, folder, fallback=fallback, **changed)

    def _fitting(self, keep: Mask | None) -> Fitting:
        interactions = self._events.interactions_in(self._item_ids, keep, self._recipe.data.segments)
        return Fitting(self._recipe, interactions, self._dataset, self._say)

    @cached_property
    def _newest(self) -> Mask:
        """Mark the last days, as far as the version has learnt nothing of them."""
        begins = end_of(self._events) - self._recipe.fold.days * DAY
        newest: Mask = (self._times > _end(self._version.manifest.dataset)) & (self._times >= begins)
        return newest

    @cached_property
    def _truth(self) -> Truth | None:
        """Return whom to ask for and what they had, in the version's rows; None where there is nobody."""
        n_users, seen = len(self._user_ids), self._version.rows("seen_rows", None)
        lengths = np.diff(self._version.array("seen_indptr", np.int64, n_users + 1))
        users = rows_in(self._user_ids, external_ids(self._events.user_ids))[self._events.users]
        items = self._item_rows[self._events.items]
        known = (users != UNKNOWN) & (items != UNKNOWN)
        had = np.concatenate([np.repeat(np.arange(n_users, dtype=np.int32), lengths), users[known]])
        of = np.concatenate([seen.astype(np.int32), items[known]])
        test = np.concatenate([np.zeros(len(seen), np.bool_), self._newest[known]])
        weights = np.ones(len(test), np.float32)
        events = Events(self._user_ids, self._item_ids, had, of, weights, None, {}, None, None)
        try:
            return truth_of(events, test)
        except DataError:
            return None


def _end(about: Mapping[str, Any]) -> int:
    """Return the end of a manifest's time range as UTC epoch seconds; 0 where it has none."""
    end = about.get("time_range", [None, None])[1]
    return int(datetime.fromisoformat(end).timestamp()) if end else 0
