"""The catalogue: titles, histories and what is known of users, published beside the models that learn from them."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from functions.catalogue.catalogue import BETWEEN_GENRES, Catalogue
from functions.catalogue.people import write_people
from functions.catalogue.title_search import write_search
from training.export import described, git_commit, id_bound
from training.interactions import Interactions
from training.shared_arrays import write_shared, write_weights
from warmstart.artifact_writer import ArtifactWriter
from warmstart.ids import external_ids
from warmstart.manifest import CATALOGUE, Manifest

CUT = "…"
PARAMS = {  # a thousand events of a history fit into an answer, whatever their titles hold
    "title": 200,  # characters that are kept
    "genres": 10,  # of one item
    "genre": 40,  # characters
    "folding": 1,  # which way of search_text.py
}


class CatalogueDraft(NamedTuple):
    """What a catalogue is made of."""

    interactions: Interactions  # all there are
    dataset: Mapping[str, Any]  # name and sha256 of the tables, and what is left out of them
    seed: int

    def seal(self, folder: Path) -> Manifest:
        """Write it into a folder that is empty, or not there yet."""
        writer = ArtifactWriter(folder)
        shown = replace(self.interactions, titles=self._titles(), genres=self._genres())
        write_shared(writer, shown)
        write_weights(writer, shown)
        if shown.timestamps is not None:
            writer.array("seen_times", _narrow(shown.timestamps))
        if not (lengths := np.diff(shown.indptr)).all():
            writer.array("users_with_history", np.flatnonzero(lengths).astype(np.int32))
        ids = external_ids(shown.item_ids)
        titles = shown.titles or [""] * len(ids)
        write_search(writer, [title or str(id_) for title, id_ in zip(titles, ids, strict=True)], shown.popularity)
        write_people(writer, shown.user_features)
        return writer.seal(
            model=CATALOGUE,
            family=CATALOGUE,
            scorer=Catalogue.name,
            algorithm=CATALOGUE,
            git_commit=git_commit(),
            dataset={**self.dataset, **described(self.interactions)},
            params=PARAMS,
            seed=self.seed,
            id_bound=id_bound(shown.user_ids),
            fallback="",
            personal=False,
        )

    def _titles(self) -> list[str] | None:
        titles = self.interactions.titles
        return None if titles is None else [_cut(title, PARAMS["title"]) for title in titles]

    def _genres(self) -> list[str] | None:
        genres = self.interactions.genres
        return None if genres is None else [_cut_genres(text) for text in genres]


def same(one: Manifest, other: Manifest) -> bool:
    """Return whether two versions are of the same tables and hold the same: a recipe may read them in another way."""
    return (one.dataset, one.params, one.files) == (other.dataset, other.params, other.files)


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + CUT


def _cut_genres(text: str) -> str:
    parts = [part.strip() for part in text.split(BETWEEN_GENRES) if part.strip()]
    return BETWEEN_GENRES.join(_cut(part, PARAMS["genre"]) for part in parts[: PARAMS["genres"]])


def _narrow(times: NDArray[np.int64]) -> NDArray[np.int32] | NDArray[np.int64]:
    """Return times (n,) in half the bytes where these hold them, as they do until 2038."""
    narrow = times.astype(np.int32)
    return narrow if (narrow == times).all() else times
