"""The trends of what is served, counted anew from the tables of the retraining: what a run does between trainings."""

import tempfile
from pathlib import Path

from training.data.tables import Tables
from training.data.told import read_told
from training.evaluation import gate
from training.publishing import promote_unless_overtaken
from training.recipe import Recipe
from training.refreshing import opened, publish_refreshed
from training.retraining.source import bring_source
from training.retraining.steps import Told, told
from training.stores import manifest_of
from training.voice import Voice
from warmstart.errors import DataError, GateRefused, VersionMissing
from warmstart.store import Store


def refresh_trends(store: Store, voice: Voice) -> Told:
    """Refresh every model of the recipe that is served; one that nothing new is known of stays as it is.

    Returns:
        The versions that are `served` now, why others were `kept`, and what was `refused`.
    """
    served, kept, refusals = dict[str, str](), dict[str, str](), list[str]()
    with tempfile.TemporaryDirectory(prefix="warmstart-tables-") as folder:
        recipe = bring_source(store, Path(folder))
        tables = read_told(recipe.data, "refuse", voice)
        for model in recipe.models:
            try:
                served[model.name] = _refreshed(store, model.name, recipe, tables, voice)
            except (_Kept, VersionMissing) as why:
                kept[model.name] = str(why)
            except (DataError, GateRefused) as error:
                refusals.append(str(error))
    return told(served, refusals, kept=kept)


class _Kept(Exception):
    """A version stays as it is, which is nothing wrong."""


def _refreshed(store: Store, model: str, recipe: Recipe, tables: Tables, voice: Voice) -> str:
    """Refresh what a model serves, and serve that; return its version."""
    manifest = manifest_of(store, model, None)
    with opened(store, manifest, recipe, tables, voice.progress) as refresh:
        if not refresh.news:
            raise _Kept("nothing is new")
        if manifest.personal and refresh.unmeasured is not None:
            raise _Kept(refresh.unmeasured)
        new = publish_refreshed(store, refresh, voice.progress)
    gate.check(new)
    if (overtaken := promote_unless_overtaken(store, new, reason="trend refreshed")) is not None:
        raise _Kept(overtaken)
    return new.version
