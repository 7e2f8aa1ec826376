"""The catalogue: titles, histories and what is known of users, published beside the models that learn from them."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

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

    @property
    def about(self) -> dict[str, Any]:
        """Return what its manifest says of the data set."""
        return {**self.dataset, **described(self.interactions)}

    def is_in(self, manifest: Manifest) -> bool:
        """Return whether a version was made of the same tables in the same way."""
        return (manifest.dataset, manifest.params) == (self.about, PARAMS)

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
        names = [str(item_id) for item_id in external_ids(shown.item_ids)]
        titles = shown.titles or names
        write_search(writer, [title or name for title, name in zip(titles, names, strict=True)], shown.popularity)
        write_people(writer, shown.user_features)
        return writer.seal(
            model=CATALOGUE,
            family=CATALOGUE,
            scorer=Catalogue.name,
            algorithm=CATALOGUE,
            git_commit=git_commit(),
            dataset=self.about,
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


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + CUT


def _cut_genres(text: str) -> str:
    parts = [part.strip() for part in text.split(BETWEEN_GENRES) if part.strip()]
    return BETWEEN_GENRES.join(_cut(part, PARAMS["genre"]) for part in parts[: PARAMS["genres"]])


def _narrow(times: np.ndarray[Any, np.dtype[np.int64]]) -> np.ndarray[Any, np.dtype[Any]]:
    """Return times in half the bytes where these hold them, as they do until 2038."""
    narrow = times.astype(np.int32)
    return narrow if (narrow == times).all() else times
