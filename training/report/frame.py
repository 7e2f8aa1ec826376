"""An evaluation as a frame, to look at in a notebook and to reckon with."""

import polars as pl

from training.evaluation.result import Evaluation


def frame(found: Evaluation) -> pl.DataFrame:
    """Return a row for each model at each k, a column for each metric: its mean over the folds.

    It holds no durations, so the same tables and settings always give the same frame.
    """
    rows = [(model, k) for model in found.models for k in found.ks]
    metrics = {
        metric: pl.Series([model.metrics[f"{metric}@{k}"].mean for model, k in rows], dtype=pl.Float64)
        for metric in found.metrics
    }
    return pl.DataFrame({"model": [model.name for model, _ in rows], "k": [k for _, k in rows], **metrics})
