"""Opens an artifact in a fresh process, as a function would, and asks it for a few users."""

import subprocess
import sys
from pathlib import Path

import numpy as np

from functions.catalogue.catalogue import Catalogue
from training.catalogue_check import check_catalogue
from training.scorers import open_recommender
from warmstart.artifact import Artifact
from warmstart.errors import Incompatible, WarmstartError
from warmstart.manifest import Manifest
from warmstart.recommender import Ask, Recommender

USERS = 5
K = 10
OF_SCORER = {Catalogue.name: check_catalogue}  # of what is no recommender


def check_in_fresh_process(folder: Path, manifest: Manifest) -> None:
    """Raise Incompatible where a fresh process cannot answer from these files."""
    (folder / "manifest.json").write_bytes(manifest.to_json())
    command = [sys.executable, "-m", "training.selfcheck", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 our own interpreter
    if done.returncode:
        last_words = done.stderr.strip() or f"its process ended with {done.returncode}"
        raise Incompatible(f"{manifest.version} does not serve: {last_words.splitlines()[-1]}")


def check(folder: Path) -> None:
    """Try an artifact with what reads it; raise where an answer is not what it should be."""
    manifest = Manifest.from_json((folder / "manifest.json").read_bytes())
    OF_SCORER.get(manifest.scorer, _check_recommender)(folder, manifest)


def _check_recommender(folder: Path, manifest: Manifest) -> None:
    """Rank for some users and for nobody known."""
    recommender = open_recommender(folder, manifest)
    _check_orders(Artifact.open(folder, manifest), len(recommender.item_ids))
    rows = np.unique(np.linspace(0, len(recommender.user_ids) - 1, USERS).astype(np.int32))
    for ask in (Ask(k=K), *(Ask(user_id=user_id, k=K) for user_id in recommender.user_ids.external(rows))):
        _check_answer(recommender, ask)


def _check_orders(artifact: Artifact, n_items: int) -> None:
    """Look closer than serving does, which knows that all rows are in range: every order must be a permutation."""
    orders = [artifact.array("fallback", np.int32, n_items)]
    if "segments" in artifact:
        orders += [*artifact.array("segments", np.int32, None, n_items)]
    if not all((np.sort(order) == np.arange(n_items)).all() for order in orders):
        raise Incompatible("an order of all items lacks one or has one twice")
    if "item_places" in artifact:
        of_place, of_row = (artifact.array(name, np.int32, n_items) for name in ("item_rows", "item_places"))
        if (of_row[of_place] != np.arange(n_items)).any():
            raise Incompatible("item_places and item_rows do not lead to each other")


def _check_answer(recommender: Recommender, ask: Ask) -> None:
    items = recommender.recommend(ask).items
    seen = 0 if ask.user_id is None else recommender.seen_count(ask.user_id)
    expected = min(ask.k, len(recommender.item_ids) - seen)
    if len(items) != expected or len(set(items)) != len(items):
        raise Incompatible(f"{len(items)} items where {expected} were due, or one of them twice")


if __name__ == "__main__":
    try:
        check(Path(sys.argv[1]))
    except WarmstartError as error:
        sys.exit(str(error))
