"""A version of a store is opened to be refreshed, and published anew."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from training.data.tables import Tables
from training.publishing import publish_with_card
from training.recipe import Recipe
from training.refresh import Refresh
from warmstart.artifact import Artifact
from warmstart.manifest import Manifest
from warmstart.pull import pull
from warmstart.store import Store


@contextmanager
def opened(
    store: Store, manifest: Manifest, recipe: Recipe, tables: Tables, say: Callable[[str], None]
) -> Iterator[Refresh]:
    """Bring a version here for as long as it is refreshed; DataError where the tables tell nothing of it."""
    with tempfile.TemporaryDirectory(prefix="warmstart-refresh-") as cache:
        yield Refresh(recipe, tables, Artifact.open(pull(store, manifest, Path(cache)), manifest), say)


def publish_refreshed(store: Store, refresh: Refresh, say: Callable[[str], None]) -> Manifest:
    """Seal and publish what it makes; return its manifest."""
    with tempfile.TemporaryDirectory(prefix="warmstart-refreshed-") as folder:
        new = refresh.seal(Path(folder))
        say(f"{new.model}: publishing {new.version}")
        publish_with_card(store, Path(folder), new)
    return new
