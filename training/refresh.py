"""A published version with what is wanted now: the trend and the fallback of fresh interactions, and no training.

What the version has learnt stays as it is, stored histories included. The newest of the interactions, those after all
that it has learnt, measure it: with the trend and the fallback of what came before them, on people and items that it
knows.
"""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from functions.lists.ready_lists_scorer import ReadyListsScorer
from functions.lists.scorer import ListsScorer
from training.carry_over import carried_over
from training.columns import ITEM_ID, USER_ID
from training.data.tables import Tables
from training.evaluation.baselines import baseline_sections
from training.evaluation.facets import Facets
from training.evaluation.measure import Measured, measure
from training.evaluation.measured_on import HeldBack, measured_on
from training.evaluation.splits import DAY, Mask, end_of
from training.evaluation.strangers import Strangers
from training.evaluation.truth import Truth, truth_of
from training.export import iso
from training.fitting import Fitting
from training.interactions import Events
from training.recipe import Fold, ModelSection, Recipe
from training.scorers import FAMILIES, open_recommender
from warmstart.artifact import Artifact
from warmstart.artifact_writer import draft_hash
from warmstart.errors import DataError
from warmstart.ids import UNKNOWN, IntegerIds, StringIds, load_ids, rows_among
from warmstart.manifest import Manifest, last_event_of
from warmstart.scorer import Rows

FEWEST = 50  # users to measure on


class Refresh:
    """One version and fresh interactions."""

    def __init__(
        self, recipe: Recipe, tables: Tables, version: Artifact, say: Callable[[str], None] = lambda _: None
    ) -> None:
        """Find the version's items and people among the interactions'.

        Args:
            recipe: its fallback, its segments and the days of its fold.
            tables: the interactions, and the users where the fallback has segments.
            version: what is carried over, opened.
            say: is told what is being done.

        Raises:
            DataError: the interactions tell nothing of what is wanted now, or not of this version's items.
        """
        self._recipe, self._version, self._say = recipe, version, say
        self._refuse_ready_lists()
        self._item_ids, self._user_ids = load_ids(version, "item_ids"), load_ids(version, "user_ids")
        self._events, self._dataset = Events.of(self._typed(tables)), tables.described(recipe.name)
        self._check_ids()
        self._times = self._checked_times()

    @property
    def unknown_items(self) -> int:
        """Count the items of the interactions that the version does not know, and so cannot recommend."""
        return int((self._item_rows == UNKNOWN).sum())

    @property
    def news(self) -> int:
        """Count the interactions that are newer than what the version's trend was counted from."""
        dataset = self._version.manifest.dataset
        end = last_event_of(dataset.get("trend") or dataset)
        return int((self._times > (end or 0.0)).sum())

    @property
    def trendless(self) -> bool:
        """Tell whether the version knows nothing of what is wanted now, so that only its fallback is another."""
        return not {"trend", "item_features"} & self._version.names

    @property
    def users(self) -> int:
        """Count who can be asked for to measure: people that the version knows, who had something new since."""
        return 0 if self._truth is None else len(self._truth.users)

    @cached_property
    def unmeasured(self) -> str | None:
        """Say why it cannot be measured on what is newer than it; None where it can."""
        if self._earlier.interactions.timeless is not None:
            return "nothing in the table is older than what it would be measured on"
        if self.users < FEWEST:
            return f"{self.users} people had anything newer than what it has learnt, and {FEWEST} are needed"
        return None

    def seal(self, folder: Path) -> Manifest:
        """Write the draft of the new version."""
        manifest = self._version.manifest
        before = {"metrics": manifest.metrics, "measured_on": manifest.measured_on}
        measured = before if self.unmeasured is not None or self._truth is None else self._measured(self._truth)
        self._say(f"{manifest.model}: trend and fallback of {len(self._events.items):,} interactions")
        dataset = {**manifest.dataset, "trend": self._described()}
        return self._carried(self._now, folder, dataset=dataset, **measured)

    def _typed(self, tables: Tables) -> Tables:
        """Read ids that happen to be all digits as the version has them: as texts."""
        own = {ITEM_ID: self._item_ids, USER_ID: self._user_ids}
        texts = [pl.col(column).cast(pl.String) for column, ids in own.items() if isinstance(ids, StringIds)]
        users = tables.users
        if users is not None and isinstance(self._user_ids, StringIds):
            users = users.with_columns(pl.col(USER_ID).cast(pl.String))
        return replace(tables, interactions=tables.interactions.with_columns(texts), users=users)

    def _refuse_ready_lists(self) -> None:
        """Refuse lists that a model has made: their order is of the trend that it had."""
        if self._version.manifest.scorer == ReadyListsScorer.name:
            of = self._version.manifest.params.get("of")
            raise DataError(f"{self._name} is lists that {of} has made: refresh {of}, and `warmstart batch {of}` again")

    def _check_ids(self) -> None:
        """Refuse a table of other things."""
        of = self._version.manifest.dataset.get("name")
        if of != self._recipe.name:
            raise DataError(f"{self._name} is of the data set {of}, and the recipe of {self._recipe.name}")
        for what, own, fresh in (
            ("item", self._item_ids, self._events.item_ids),
            ("user", self._user_ids, self._events.user_ids),
        ):
            if isinstance(own, IntegerIds) != isinstance(fresh, IntegerIds):
                raise DataError(f"the {what} ids of {self._name} are integers, those of the interactions texts")
        if self.unknown_items == len(self._item_rows):
            raise DataError(f"{self._name} knows none of the {self.unknown_items:,} items of the interactions")

    def _checked_times(self) -> NDArray[np.int64]:
        """Return the times; refuse those that say nothing of now."""
        times, why = self._events.timestamps, self._now.interactions.timeless
        if times is None or why is not None:
            raise DataError(f"the trend of {self._name} stays as it is: {why}, of those with items that it knows")
        dataset = self._version.manifest.dataset
        for what, about in (("trend", dataset.get("trend", {})), ("training", dataset)):
            end = last_event_of(about)
            if end is not None and times.max() < end:
                ends = f"end at {iso(times.max())}, and the {what} of {self._name} at {iso(int(end))}"
                raise DataError(f"the interactions {ends}: nothing in them is new")
        return times

    def _described(self) -> dict[str, Any]:
        return {
            "of": self._version.manifest.version,  # what was carried over
            **self._dataset,
            "interactions": len(self._events.items),
            "unknown_items": self.unknown_items,
            "time_range": [iso(self._times.min()), iso(self._times.max())],
            **({} if self.unmeasured is None else {"unmeasured": self.unmeasured}),  # its metrics are those it had
        }

    @property
    def _name(self) -> str:
        return f"{self._version.manifest.model} {self._version.manifest.version}"

    @cached_property
    def _item_rows(self) -> Rows:
        """Return the version's row of each item of the interactions, UNKNOWN where it has none."""
        return rows_among(self._item_ids, self._events.item_ids)

    def _measured(self, truth: Truth) -> dict[str, Any]:
        """Measure the version, carried over with what came before the newest interactions."""
        events, test = self._fold
        people, facets = Strangers.of(events, ~test, truth, self._recipe.seed), Facets.of(events, ~test, truth)
        with tempfile.TemporaryDirectory(prefix="warmstart-draft-") as folder:
            manifest = self._carried(self._earlier, Path(folder))
            self._say(f"{manifest.model}: measuring on what came after it")
            recommender = open_recommender(Path(folder), manifest)
            found, strangers = measure(recommender, truth), people.ndcg(recommender)
        fold = Fold("time", self._recipe.fold.days)
        held = HeldBack(int(self._newest.sum()), found.users if self._everybody is None else len(self._everybody.users))
        digest, seed = draft_hash(manifest.files), self._recipe.seed
        baselines = {section.name: self._baseline(section, truth) for section in baseline_sections(timed=True)}
        described = measured_on(found, baselines, fold, facets, strangers, held_back=held, digest=digest, seed=seed)
        described["fold"]["since"] = iso(self._times[self._newest].min())
        before = self._version.manifest.measured_on
        kept = {name: before[name] for name in ("abridged", "blend", "cold", "time") if name in before}
        return {"metrics": found.metrics, "measured_on": {**described, **kept}}

    def _baseline(self, section: ModelSection, truth: Truth) -> Measured:
        """Measure popularity with the version's stored histories, so that both leave out the same."""
        with tempfile.TemporaryDirectory(prefix="warmstart-draft-") as folder:
            lists: dict[str, Any] = {"scorer": ListsScorer.name, "family": FAMILIES[ListsScorer.name], "params": {}}
            fallback = self._earlier.fallback_of(section)
            manifest = carried_over(self._version, self._earlier.interactions, Path(folder), fallback=fallback, **lists)
            return measure(open_recommender(Path(folder), manifest), truth)

    def _carried(self, fitting: Fitting, folder: Path, **changed: Any) -> Manifest:
        manifest = self._version.manifest
        fallback = fitting.fallback_of(ModelSection(manifest.model, manifest.algorithm, manifest.params))
        return carried_over(self._version, fitting.interactions, folder, fallback=fallback, **changed)

    @cached_property
    def _now(self) -> Fitting:
        """Return what all of the interactions say."""
        return self._fitting(None)

    @cached_property
    def _earlier(self) -> Fitting:
        """Return what those say that came before the newest."""
        return self._fitting(~self._newest)

    def _fitting(self, keep: Mask | None) -> Fitting:
        interactions = self._events.interactions_in(self._item_ids, keep, self._recipe.data.segments)
        return Fitting(self._recipe, interactions, self._dataset, self._say)

    @cached_property
    def _newest(self) -> Mask:
        """Mark the last days, as far as the version has learnt nothing of them."""
        begins = end_of(self._events) - self._recipe.fold.days * DAY
        learnt_until = last_event_of(self._version.manifest.dataset) or 0.0
        newest: Mask = (self._times > learnt_until) & (self._times >= begins)
        return newest

    @cached_property
    def _fold(self) -> tuple[Events, Mask]:
        """Return the version's histories and what came after it, in its rows, and which of these measure: (n,)."""
        n_users, seen = len(self._user_ids), self._version.rows("seen_rows", None)
        lengths = np.diff(self._version.array("seen_indptr", np.int64, n_users + 1))
        user_rows = rows_among(self._user_ids, self._events.user_ids)
        users = user_rows[self._events.users]
        items = self._item_rows[self._events.items]
        known = (users != UNKNOWN) & (items != UNKNOWN)
        had = np.concatenate([np.repeat(np.arange(n_users, dtype=np.int32), lengths), users[known]])
        of = np.concatenate([seen.astype(np.int32), items[known]])
        test = np.concatenate([np.zeros(len(seen), np.bool_), self._newest[known]])
        weights = np.ones(len(test), np.float32)
        told = {name: _placed(values, user_rows, n_users) for name, values in self._events.user_features.items()}
        return Events(self._user_ids, self._item_ids, had, of, weights, None, told, None, None), test

    @cached_property
    def _everybody(self) -> Truth | None:
        """Return whom could be asked for and what they had, in the version's rows; None where there is nobody."""
        try:
            return truth_of(*self._fold)
        except DataError:
            return None

    @cached_property
    def _truth(self) -> Truth | None:
        """Return whom to ask for: so many of them as the recipe says."""
        return self._everybody and self._everybody.at_most(self._recipe.fold.users, self._recipe.seed)


def _placed(values: Sequence[str | None], rows: Rows, n: int) -> list[str | None]:
    """Return values at other places: (n,), None where there is none; what has no place there is left out."""
    placed: list[str | None] = [None] * n
    for value, row in zip(values, rows.tolist(), strict=True):
        if row != UNKNOWN:
            placed[row] = value
    return placed
