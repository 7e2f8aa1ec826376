"""Trains RecTools' models of sequences in this environment and asks them; needs the extra `neural`."""

import logging
import time
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
import pandas as pd
from rectools import Columns
from rectools.dataset import Dataset

from training.frameworks.learning import Learning, Lists, Settings
from warmstart.errors import DataError

NAMES = ("SASRec", "BERT4Rec")


def rectools_lists(learning: Learning, models: Mapping[str, Settings]) -> dict[str, Lists]:
    """Train models of RecTools one after another and return their lists.

    Args:
        learning: the pairs, and who asks.
        models: SASRec or BERT4Rec -> its settings, by RecTools' names.

    Raises:
        DataError: torch is not installed, or there is no such model.
    """
    if unknown := [name for name in models if name not in NAMES]:
        raise DataError(f"no model {', '.join(unknown)} of RecTools; there are {', '.join(NAMES)}")
    dataset = _dataset(learning)
    return {name: _lists(name, settings, learning, dataset) for name, settings in models.items()}


def _lists(name: str, settings: Settings, learning: Learning, dataset: Dataset) -> Lists:
    with _quiet_on_one_thread():
        started = time.perf_counter()
        model = _model(name, settings, learning.seed).fit(dataset)
        found = model.recommend(
            users=learning.asked.tolist(),
            dataset=dataset,
            k=learning.k,
            filter_viewed=True,
            on_unsupported_targets="ignore",
        )
        seconds = time.perf_counter() - started
    items = np.full((len(learning.asked), learning.k), -1, np.int32)
    places = pd.Index(learning.asked).get_indexer(found[Columns.User])
    items[places, found[Columns.Rank].to_numpy() - 1] = found[Columns.Item]
    learning.check(items, f"RecTools' {name}")
    return Lists(items, seconds)


def _model(name: str, settings: Settings, seed: int) -> Any:
    from pytorch_lightning import seed_everything  # noqa: PLC0415 torch is an extra
    from rectools.models import BERT4RecModel, SASRecModel  # noqa: PLC0415

    seed_everything(seed % 2**32, verbose=False)
    kinds = {"SASRec": SASRecModel, "BERT4Rec": BERT4RecModel}
    return kinds[name](**settings, deterministic=True, verbose=0)


@contextmanager
def _quiet_on_one_thread() -> Iterator[None]:
    """Keep lightning from talking; one thread, as recbole has, gives the same lists on every machine."""
    try:
        import rectools.models.nn.transformers.sasrec  # noqa: F401, PLC0415 torch is an extra
        import torch  # noqa: PLC0415
    except ImportError:
        raise DataError("RecTools' neural models need torch: pip install 'warmstart[neural]'") from None
    threads, rank_zero = torch.get_num_threads(), logging.getLogger("pytorch_lightning.utilities.rank_zero")
    level = rank_zero.level
    torch.set_num_threads(1)
    rank_zero.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that data loaders have no workers
            yield
    finally:
        torch.set_num_threads(threads)
        rank_zero.setLevel(level)


def _dataset(learning: Learning) -> Dataset:
    times = pd.to_datetime(learning.places, unit="s")
    columns = {Columns.User: learning.users, Columns.Item: learning.items, Columns.Weight: 1.0}
    return Dataset.construct(pd.DataFrame({**columns, Columns.Datetime: times}))
