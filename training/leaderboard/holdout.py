"""A version that an honest leaderboard can ask: it has learnt the fold's earlier part and nothing after it."""

import tempfile
from pathlib import Path

from training.recipe import ModelSection
from training.selfcheck import check_in_fresh_process
from training.train import Training
from warmstart.manifest import Manifest
from warmstart.publish import publish
from warmstart.store import Store


def publish_holdout(training: Training, model: ModelSection, store: Store) -> Manifest:
    """Fit a model on the fold's earlier part and publish that; without metrics, no gate lets it pass by accident."""
    with tempfile.TemporaryDirectory(prefix="warmstart-holdout-") as folder:
        training.draft(model, Path(folder))
        return publish(store, Path(folder), check_in_fresh_process)
