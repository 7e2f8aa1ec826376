"""A model's lists for all users and the unknown, made at once: a version of the `lists` family, or tables."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np
import polars as pl

from functions.lists.ready_lists_scorer import ReadyListsScorer
from training.carry_over import FALLBACK, carry, described_by
from training.columns import ITEM_ID, USER_ID
from training.memory import refuse_over
from training.over_users import once, over_users
from training.ready_lists import Answers, Lists, answered, ranked, ranked_unknown
from training.scorers import FAMILIES
from warmstart.artifact import Artifact
from warmstart.artifact_writer import ArtifactWriter
from warmstart.errors import SettingsError
from warmstart.ids import IntegerIds, load_ids
from warmstart.manifest import MODEL_NAME, Manifest

SUFFIX = "_offline"  # of the name under which a model's lists are served
MOST = 100  # items of a list, as of an answer
NAMED = ("item_ids", "user_ids", "item_titles", "item_genres")
KEPT = {
    *(f"{name}{part}" for name in NAMED for part in ("", "_offsets", "_bytes")),
    *("seen_indptr", "seen_rows", "popularity", *FALLBACK),
}  # what any version has, whatever its scorer


class Batch:
    """One version, and how its lists are made."""

    def __init__(
        self,
        folder: Path,
        manifest: Manifest,
        *,
        k: int = MOST,
        workers: int = 1,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Make nothing yet.

        Args:
            folder: the version's verified files.
            manifest: the version's.
            k: items of a list, at most.
            workers: how many processes.
            say: is told how far it is.

        Raises:
            SettingsError: the version is lists already.
        """
        if manifest.scorer == ReadyListsScorer.name:
            raise SettingsError(f"{manifest.model} {manifest.version} is lists already, of {manifest.params.get('of')}")
        self.manifest, self.k = manifest, k
        self._folder, self._workers, self._say = folder, workers, say
        self._version = Artifact.open(folder, manifest)
        self._user_ids, self._item_ids = (load_ids(self._version, name) for name in ("user_ids", "item_ids"))

    @property
    def users(self) -> int:
        """Count the users."""
        return len(self._user_ids)

    @property
    def integer_ids(self) -> tuple[bool, bool]:
        """Return whether users, and items, have integers for ids."""
        return isinstance(self._user_ids, IntegerIds), isinstance(self._item_ids, IntegerIds)

    def lists(self) -> Lists:
        """Rank for every user, and once more for whom training did not see: the last list.

        Raises:
            DataError: the lists would not fit into memory.
            SettingsError: a process was killed.
        """
        return self.joined(
            over_users(
                self._folder, self.manifest, ranked, k=self.k, workers=self._workers, say=self._saying("ranked for")
            )
        )

    def joined(self, parts: Iterable[Lists]) -> Lists:
        """Join what was ranked for each chunk of users, wherever it was, and rank for the unknown: the last list.

        Raises:
            DataError: the lists would not fit into memory; nothing was taken of the parts.
        """
        listed = min(self.k, len(self._item_ids)) * self.users
        refuse_over(2 * 8 * listed, f"lists of {listed:,} items")  # a row and a score, twice while they are joined
        return Lists.joined([*parts, once(self._folder, self.manifest, ranked_unknown, k=self.k)])

    def seal(self, lists: Lists, folder: Path, name: str) -> Manifest:
        """Write the lists as a model's draft, with what was measured of the version: it answers the same."""
        manifest, writer = self.manifest, ArtifactWriter(folder)
        carry(self._version, writer, KEPT.__contains__)
        writer.array("list_indptr", np.concatenate([[0], np.cumsum(lists.lengths)]).astype(np.int64))
        writer.rows("list_rows", lists.rows, len(self._item_ids))
        writer.array("list_scores", lists.scores)
        made = {
            "model": name,
            "family": FAMILIES[ReadyListsScorer.name],
            "scorer": ReadyListsScorer.name,
            "params": {"k": self.k, "of": manifest.model, "version": manifest.version},
        }
        return writer.seal(**{**described_by(manifest), **made})

    def answers(self, folder: Path, sealed: Manifest) -> Iterator[pl.DataFrame]:
        """Yield what the sealed lists answer to every user, the fallback's part included; a row an item."""
        user_id, item_id = (pl.Int64 if integers else pl.String for integers in self.integer_ids)
        kinds: dict[str, type[pl.DataType]] = {
            USER_ID: user_id,
            "rank": pl.Int32,
            ITEM_ID: item_id,
            "score": pl.Float32,
            "source": pl.String,
        }
        for part in over_users(folder, sealed, answered, k=self.k, workers=self._workers, say=self._saying("answered")):
            yield _table(part, kinds)

    def _saying(self, what: str) -> Callable[[int], None]:
        return lambda done: self._say(f"{self.manifest.model}: {what} {done:,} of {self.users:,} users")


def offline_name(model: str) -> str:
    """Return the name of the model that serves a model's lists; raise SettingsError where it would be too long."""
    name = f"{model}{SUFFIX}"
    if not MODEL_NAME.fullmatch(name):
        raise SettingsError(f"{name} is no name of a model: it has over 64 characters")
    return name


def _table(answers: Answers, kinds: dict[str, type[pl.DataType]]) -> pl.DataFrame:
    return pl.DataFrame(dict(zip(kinds, answers, strict=True)), schema=kinds)
