"""A published version with what is wanted now: the trend and the fallback of fresh interactions, and no training.

What the version has learnt stays as it is, stored histories included. The newest of the interactions, those after all
that it has learnt, measure it: with the trend and the fallback of what came before them, on people and items that it
knows.
"""

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from training.again import again
from training.data.tables import Tables
from training.evaluation.baselines import baseline_sections
from training.evaluation.measure import Measured, measure
from training.evaluation.measured_on import measured_on
from training.evaluation.splits import DAY, Mask
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
        self._events, self._sha256 = Events.of(tables), tables.sha256
        self._item_ids, self._user_ids = load_ids(version, "item_ids"), load_ids(version, "user_ids")
        manifest = version.manifest
        self._name = f"{manifest.model} {manifest.version}"
        learnt_until = manifest.dataset.get("time_range", [None, None])[1]
        self._learnt_until = int(datetime.fromisoformat(learnt_until).timestamp()) if learnt_until else 0
        self._last = self._checked()

    @cached_property
    def unknown_items(self) -> int:
        """Count the items of the interactions that the version does not know, and so cannot recommend."""
        return int((rows_in(self._item_ids, external_ids(self._events.item_ids)) == UNKNOWN).sum())

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

    def _checked(self) -> int:
        """Return when the interactions end; refuse what says nothing of now: no times, other ids, nothing as new."""
        why = self._events.timeless
        if self._events.timestamps is None or why is not None:
            raise DataError(f"the trend of {self._name} stays as it is: {why}")
        for what, own, fresh in (
            ("item", self._item_ids, self._events.item_ids),
            ("user", self._user_ids, self._events.user_ids),
        ):
            if isinstance(own, IntegerIds) != isinstance(fresh, IntegerIds):
                kind = "integers" if isinstance(own, IntegerIds) else "texts"
                raise DataError(f"{self._name} has {what} ids that are {kind}, and the interactions have not")
        if self.unknown_items == len(self._events.item_ids):
            raise DataError(f"{self._name} knows none of the {self.unknown_items:,} items of the interactions")
        last = int(self._events.timestamps.max())
        if last < self._learnt_until:
            raise DataError(
                f"the interactions end at {iso(last)}, before what {self._name} has learnt, which ends at "
                f"{iso(self._learnt_until)}"
            )
        return last

    def _described(self) -> dict[str, Any]:
        times = self._events.timestamps
        assert times is not None  # noqa: S101 checked
        return {
            "of": self._version.manifest.version,  # what was carried over
            "sha256": self._sha256,
            "interactions": len(self._events.items),
            "unknown_items": self.unknown_items,
            "time_range": [iso(times.min()), iso(times.max())],
            "measured": self.users >= FEWEST,  # on what came after the version; if not, its metrics are those it had
        }

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
        return Fitting(self._recipe, interactions, {"name": self._recipe.name, "sha256": self._sha256}, self._say)

    @cached_property
    def _newest(self) -> Mask:
        """Mark the last days, as far as the version has learnt nothing of them."""
        times = self._events.timestamps
        assert times is not None  # noqa: S101 checked
        end = (self._last // DAY + 1) * DAY
        newest: Mask = (times > self._learnt_until) & (times >= end - self._recipe.fold.days * DAY)
        return newest

    @cached_property
    def _truth(self) -> Truth | None:
        """Return whom to ask for and what they had, in the version's rows; None where there is nobody."""
        n_users, n_items = len(self._user_ids), len(self._item_ids)
        starts = self._version.array("seen_indptr", np.int64, n_users + 1)
        stored = np.repeat(np.arange(n_users, dtype=np.int32), np.diff(starts)), self._version.rows("seen_rows", None)
        users = rows_in(self._user_ids, external_ids(self._events.user_ids))[self._events.users]
        items = rows_in(self._item_ids, external_ids(self._events.item_ids))[self._events.items]
        known = (users != UNKNOWN) & (items != UNKNOWN)
        joined = [np.concatenate(parts) for parts in zip(stored, (users[known], items[known]), strict=True)]
        test = np.concatenate([np.zeros(len(stored[0]), np.bool_), self._newest[known]])
        events = Events(self._user_ids, self._item_ids, *joined, np.ones(len(test), np.float32), None, {}, None, None)
        try:
            return truth_of(events, test)
        except DataError:
            return None
