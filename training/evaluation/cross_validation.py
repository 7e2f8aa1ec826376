"""Models x folds -> one table; every candidate is answered by the serving scorer from an exported draft."""

import tempfile
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path

from scipy import sparse

from training.age_search import AgeSearch
from training.algorithms.base import settings_of
from training.data.tables import Tables
from training.evaluation.answers import ask
from training.evaluation.baselines import baseline_sections, beside
from training.evaluation.beyond import Learnt, genre_matrix
from training.evaluation.folds import Fold, FoldPlan, folds_of
from training.evaluation.metrics import KS, METRICS, check_ks, check_names, of_all, per_user
from training.evaluation.result import Evaluation, FoldScores
from training.evaluation.summary import Row, summary
from training.fitting import Fitting, built
from training.interactions import Events
from training.recipe import Fold as RecipeFold
from training.recipe import ModelSection, Recipe
from training.scorers import open_recommender
from warmstart.errors import DataError

CHECKED = 10  # users of a fold whose scores are looked at
NO_GENRES = "the items table has no genres"


class CrossValidator:
    """One recipe over its tables. Folds, what is learnt from and the baselines are made once, for all models."""

    def __init__(
        self,
        recipe: Recipe,
        tables: Tables,
        plan: FoldPlan | None = None,
        *,
        ks: Sequence[int] = KS,
        metrics: Sequence[str] = tuple(METRICS),
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Fit nothing yet.

        Args:
            recipe: its models, seed, fallback and segments; its own fold plays no part.
            tables: the data.
            plan: how they are cut; the last three weeks, week by week, unless said.
            ks: lengths of the lists.
            metrics: names of `training.evaluation.metrics.METRICS`.
            say: is told what is being done.

        Raises:
            DataError: an impossible k, an unknown metric.
        """
        self.recipe, self.plan, self._say = recipe, plan or FoldPlan(), say
        self.ks, self._asked = check_ks(ks), check_names(metrics)
        self.dataset = tables.described(recipe.name)
        self._events = Events.of(tables)
        self._fittings: dict[int, Fitting] = {}
        self._learnt: dict[int, Learnt] = {}
        self.failed: dict[str, str] = {}  # model -> why it could not be measured
        self._baseline_scores: dict[tuple[str, int], FoldScores] = {}  # by settings and fold

    @cached_property
    def folds(self) -> tuple[Fold, ...]:
        """Return the folds, oldest first; raise NoTestUsers where one has nobody to measure on."""
        return folds_of(self._events, self.plan)

    @cached_property
    def _age_search(self) -> AgeSearch:
        """Return what chooses settings of time, on a fold before all of these."""
        fold = RecipeFold("leave_last_out") if self.plan.leaks_time else RecipeFold("time", self.plan.days)
        return AgeSearch(self.recipe, self._events, self.folds[0].learn, fold, self._say)

    @cached_property
    def baselines(self) -> tuple[ModelSection, ...]:
        """Return what is always in the table."""
        return baseline_sections(timed=self._events.timestamps is not None)

    @cached_property
    def metrics(self) -> tuple[str, ...]:
        """Return the metrics that can be computed of those that are asked for."""
        names = tuple(name for name in self._asked if name not in self._absent_metrics)
        if not names:
            raise DataError(f"there is nothing to compute: {NO_GENRES}")
        return names

    @property
    def _absent_metrics(self) -> dict[str, str]:
        return {"diversity": NO_GENRES} if "diversity" in self._asked and self._genres is None else {}

    @property
    def absent(self) -> dict[str, str]:
        """Return which metrics and baselines are not in the table, and why."""
        untimed = self._events.timestamps is None
        baseline = {"popular_recent": "the interactions have no timestamps"} if untimed else {}
        return {**self._absent_metrics, **baseline}

    def score(self, model: ModelSection, folds: Sequence[int] | None = None) -> tuple[FoldScores, ...]:
        """Fit a model on each fold's earlier part, ask its draft for the fold's users, and measure.

        What several models share is kept between calls; the scores of a model that is no baseline are not.

        Args:
            model: settings to measure.
            folds: places of folds, from 0; all where it is None.
        """
        places = range(len(self.folds)) if folds is None else folds
        return tuple(self._on_fold(model, place) for place in places)

    def evaluate(self, models: Sequence[ModelSection] | None = None) -> Evaluation:
        """Score models, those of the recipe where None are given, beside the baselines, and make the table.

        How much age counts is chosen before, where the recipe leaves it open, as `train` does.
        """
        rows = [self._row(model, "baseline") for model in self.baselines]
        for model in beside(self.baselines, self.recipe.models if models is None else models, self.recipe):
            try:
                rows.append(self._row(model, "candidate"))
            except (DataError, MemoryError) as error:  # the others are measured
                self.failed[model.name] = str(error) or "not enough memory"
        return summary(self, rows)

    def _row(self, model: ModelSection, role: str) -> Row:
        timed = self._age_search.settle(model).model
        algorithm = built(self.recipe, timed)
        return Row(timed, role, settings_of(algorithm), self.score(timed))

    def _on_fold(self, model: ModelSection, place: int) -> FoldScores:
        key = repr(built(self.recipe, model)), place
        if key in self._baseline_scores:
            return self._baseline_scores[key]
        scores = self._measured(model, place)
        if model in self.baselines:
            self._baseline_scores[key] = scores
        return scores

    def _measured(self, model: ModelSection, place: int) -> FoldScores:
        fold, fitting = self.folds[place], self._fitting(place)
        before = 0.0 if model in self.baselines else fitting.fit_seconds[model.name]  # a baseline may be fitted already
        with tempfile.TemporaryDirectory(prefix="warmstart-draft-") as folder:
            manifest = fitting.seal(model, Path(folder))
            self._say(f"{model.name}: measuring on fold {fold.number} of {len(self.folds)}")
            answers = ask(open_recommender(Path(folder), manifest), fold.truth, self.ks[-1], CHECKED)
        learnt = self._known(place)
        return FoldScores(
            fold=place,
            users=fold.truth.users,
            items=answers.items,
            values=per_user(self.metrics, self.ks, answers.items, fold.truth, learnt),
            whole=of_all(self.metrics, self.ks, answers.items, learnt),
            fit_seconds=fitting.fit_seconds[model.name] - before,
            megabytes=manifest.total_bytes / 1e6,
            answer_seconds=answers.seconds,
            personal_share=answers.personal_share,
            ordered=answers.ordered,
        )

    def _fitting(self, place: int) -> Fitting:
        if place not in self._fittings:
            learn = self._events.interactions(self.folds[place].learn, self.recipe.data.segments)
            self._fittings[place] = Fitting(self.recipe, learn, self.dataset, self._say)
        return self._fittings[place]

    def _known(self, place: int) -> Learnt:
        if place not in self._learnt:
            self._learnt[place] = Learnt.of(self._events, self.folds[place].learn, self._genres)
        return self._learnt[place]

    @cached_property
    def _genres(self) -> sparse.csr_matrix | None:
        return genre_matrix(self._events.genres)
