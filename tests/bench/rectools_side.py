"""The same cross-validation by RecTools: its datasets, models, splitters and metrics."""

import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd
from implicit.als import AlternatingLeastSquares
from rectools import Columns
from rectools.dataset import Dataset
from rectools.metrics import calc_metrics
from rectools.model_selection import LastNSplitter, TimeRangeSplitter, cross_validate
from rectools.models import ImplicitALSWrapperModel, PopularModel, RandomModel
from threadpoolctl import threadpool_limits

from tests.training.evaluation.rectools_metrics import kinds_of
from training.evaluation.folds import FoldPlan
from training.interactions import Events


class Peer:
    """RecTools over the events that our own side has."""

    def __init__(self, events: Events, plan: FoldPlan, names: Sequence[str], ks: Sequence[int], als: Mapping[str, Any]):
        """Make tables and metrics."""
        assert events.timestamps is not None
        columns = {Columns.User: events.users, Columns.Item: events.items, Columns.Weight: events.weights}
        self._frame = pd.DataFrame({**columns, Columns.Datetime: pd.to_datetime(events.timestamps, unit="s")})
        self._splitter = TimeRangeSplitter(f"{plan.days}D", plan.folds)
        if plan.last is not None:
            self._splitter = LastNSplitter(plan.last, plan.folds)
        kinds = kinds_of(events.genres)
        self.metrics = {f"{name}@{k}": kinds[name](k=k) for name in names if name in kinds for k in ks}
        self._k, self._als = max(ks), als
        self.fit_seconds = 0.0

    def run(self) -> dict[str, dict[str, float]]:
        """Cross-validate; return model -> metric -> mean over folds."""
        models = {
            "popular": PopularModel(),
            "popular_recent": PopularModel(period=timedelta(days=7)),
            "random": RandomModel(random_state=32),
            "als": ImplicitALSWrapperModel(AlternatingLeastSquares(**self._als, random_state=32)),
        }
        with self._timed(models), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            dataset = Dataset.construct(self._frame)
            found = cross_validate(dataset, self._splitter, self.metrics, models, k=self._k, filter_viewed=True)
        table = pd.DataFrame(found["metrics"]).drop(columns="i_split").groupby("model").mean()
        return {str(model): {str(name): float(v) for name, v in row.items()} for model, row in table.iterrows()}

    def of(self, items: np.ndarray, users: np.ndarray, learn: np.ndarray, counted: np.ndarray) -> dict[str, float]:
        """Return RecTools' metrics of one fold's answers, whoever made them: (u, k) rows, -1 where one is shorter."""
        there = items >= 0
        ranks = np.broadcast_to(np.arange(1, items.shape[1] + 1), items.shape)
        asked = np.repeat(users, there.sum(axis=1))
        reco = pd.DataFrame({Columns.User: asked, Columns.Item: items[there], Columns.Rank: ranks[there]})
        known = self._frame[learn]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            catalog = known[Columns.Item].unique()
            found: dict[str, float] = calc_metrics(self.metrics, reco, self._frame[counted], known, catalog)
        return found

    @contextmanager
    def _timed(self, models: Mapping[str, Any]) -> Iterator[None]:
        """Add the seconds of the models' fits up, which are no part of the comparison."""

        def watched(fit: Any) -> Any:
            def run(*args: Any, **kwargs: Any) -> Any:
                started = time.perf_counter()
                with threadpool_limits(1, "blas"):  # as our own fit does
                    fitted = fit(*args, **kwargs)
                self.fit_seconds += time.perf_counter() - started
                return fitted

            return run

        for model in models.values():
            model.fit = watched(model.fit)
        yield
