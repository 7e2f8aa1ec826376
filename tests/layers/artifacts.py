"""Small real artifacts whose right answer is seen by eye: even users like even items, odd users odd ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from warmstart.artifact import Artifact
from warmstart.artifact_writer import ArtifactWriter
from warmstart.ids import Id, IdMap, IntegerIds, StringIds
from warmstart.live import loader
from warmstart.manifest import Manifest, version_name
from warmstart.publish import publish
from warmstart.recommender import Recommender
from warmstart.registry import promote
from warmstart.scorer import Query, Ranking, Reason, Rows
from warmstart.store import Store
from warmstart.topk import top_k

N_USERS, N_ITEMS = 6, 12
COLD = N_USERS - 1  # the one user without a history
LAST_EVENT = 1_769_817_600  # 2026-01-31T00:00:00Z
TREND = {"trend": np.ones(N_ITEMS, np.float32)}  # an artifact that holds it has one
SEGMENTS = ("age_25_34,sex_f", "sex_f", "age_18_24")
_numbers = count()


class DotScorer:
    """Ranks by inner product, knows alike items and reasons."""

    name: ClassVar[str] = "dots"

    def __init__(self, users: NDArray[np.float32], items: NDArray[np.float32]) -> None:
        self._users = users  # (n_users, 2)
        self._items = items  # (n_items, 2)

    @classmethod
    def load(cls, artifact: Artifact) -> Self:
        """Open the vectors."""
        return cls(
            artifact.array("user_vectors", np.float32, None, 2), artifact.array("item_vectors", np.float32, None, 2)
        )

    def rank(self, query: Query) -> Ranking | None:
        """Rank for those with a history: by the stored vector, or by the sum over what is new."""
        if not len(query.history):
            return None
        stored = query.user >= 0 and not query.fresh
        vector = self._users[query.user] if stored else query.weights @ self._items[query.history]
        return top_k(self._items @ vector, query.k, query.exclude, query.only)

    def similar(self, item: int, exclude: Rows, k: int) -> Ranking:
        """Rank the items of the same parity first."""
        return top_k(self._items @ self._items[item], k, exclude)

    def because(self, query: Query, rows: Rows) -> list[Reason]:
        """Name the newest event of the history behind each row."""
        return [Reason(query.history[-1:], np.ones(1, np.float32)) for _ in rows]


class BatchScorer(DotScorer):
    """The same, many at a time."""

    def rank_many(self, queries: Sequence[Query]) -> list[Ranking | None]:
        """Rank for each query, last first, to tell whether answers are put back in order."""
        return [self.rank(query) for query in reversed(queries)][::-1]


class RisenScorer(DotScorer):
    """The same, where a trend has turned the order of the items of each parity round."""

    def without_trend(self) -> DotScorer:
        """Rank as before."""
        return DotScorer(self._users, np.where(self._items > 0, 3 - self._items, 0))


class OddScorer:
    """Ranks one item only, and knows nothing else."""

    name: ClassVar[str] = "odd"

    @classmethod
    def load(cls, artifact: Artifact) -> Self:  # noqa: ARG003 the shape of a scorer
        """Need nothing."""
        return cls()

    def rank(self, query: Query) -> Ranking | None:
        """Rank the first item that is allowed."""
        scores = np.full(N_ITEMS, -np.inf, np.float32)
        scores[:6] = 6 - np.arange(6)
        return top_k(scores, min(query.k, 1), query.exclude, query.only)


@dataclass(frozen=True, kw_only=True)
class Spec:
    """What one version holds."""

    model: str = "als"
    scorer: str = "dots"
    family: str = "factorization"
    strings: bool = False  # ids are strings
    upward: bool = True  # which end of the items the model likes: two versions that answer differently
    segments: bool = False
    times: bool = True
    created_at: str | None = None  # at seal, unless said
    arrays: Mapping[str, NDArray[Any]] | None = None  # instead of, or beside, the usual ones
    described: Mapping[str, Any] | None = None  # instead of the usual fields of the manifest


def item(spec: Spec, number: int) -> Id:
    """Return the external id of an item."""
    return f"item-{number}" if spec.strings else 100 + number


def user(spec: Spec, number: int) -> Id:
    """Return the external id of a user."""
    return f"user-{number}" if spec.strings else 10 + number


def liked(spec: Spec, number: int) -> list[Id]:
    """Return what the model must answer to a user with a history, best first, before the other parity begins."""
    unseen = [n for n in range(N_ITEMS) if n % 2 == number % 2 and n not in seen_by(number)]
    return [item(spec, n) for n in (unseen if spec.upward else unseen[::-1])]


def popular(spec: Spec) -> list[Id]:
    """Return the order of the fallback: from the last item down."""
    return [item(spec, n) for n in reversed(range(N_ITEMS))]


def seen_by(number: int) -> list[int]:
    """Return what a user has had, oldest first."""
    return [] if number == COLD else [number % 2, number % 2 + 2]


def write_draft(folder: Path, spec: Spec = Spec()) -> Manifest:
    """Write a sealed draft."""
    writer = ArtifactWriter(folder)
    items = _ids([item(spec, n) for n in range(N_ITEMS)])
    users = _ids([user(spec, n) for n in range(N_USERS)])
    items.write(writer, "item_ids")
    users.write(writer, "user_ids")
    for name, values in {**_arrays(spec, items, users), **(spec.arrays or {})}.items():
        writer.array(name, values)
    if spec.segments:
        writer.json("segments.json", {"columns": ["age", "sex"], "names": list(SEGMENTS)})
    manifest = writer.seal(**{**_described(spec), **(spec.described or {})})
    return _redated(folder, manifest, spec.created_at) if spec.created_at else manifest


def publish_draft(store: Store, folder: Path, spec: Spec = Spec()) -> Manifest:
    """Write a draft below a folder and publish it."""
    draft = folder / f"draft-{next(_numbers)}"
    write_draft(draft, spec)
    return publish(store, draft, opens)


def promote_new(store: Store, folder: Path, spec: Spec = Spec()) -> Manifest:
    """Publish a version and make the alias point at it."""
    manifest = publish_draft(store, folder, spec)
    promote(store, spec.model, manifest.version, reason="test")
    return manifest


def open_recommender(folder: Path, spec: Spec = Spec(), scorer: type[Any] = DotScorer) -> Recommender:
    """Write a draft and open it."""
    return Recommender.open(folder, write_draft(folder, spec), scorer)


def opens(folder: Path, manifest: Manifest) -> None:
    """Raise unless what was read back can be opened."""
    loader(DotScorer, OddScorer)(folder, manifest)


def _ids(external: Sequence[Id]) -> IdMap:
    numbers = [i for i in external if isinstance(i, int)]
    return IntegerIds.build(numbers) if numbers else StringIds.build([i for i in external if isinstance(i, str)])


def _arrays(spec: Spec, items: IdMap, users: IdMap) -> dict[str, NDArray[Any]]:
    item_row = np.array([items.row(item(spec, n)) for n in range(N_ITEMS)], np.int32)
    user_row = [users.row(user(spec, n)) for n in range(N_USERS)]
    item_vectors, user_vectors = np.zeros((N_ITEMS, 2), np.float32), np.zeros((N_USERS, 2), np.float32)
    for n in range(N_ITEMS):
        item_vectors[item_row[n], n % 2] = 1 + (N_ITEMS - n if spec.upward else n) / N_ITEMS
    for n in range(N_USERS):
        user_vectors[user_row[n], n % 2] = 1
    histories = [item_row[seen_by(user_row.index(row))] for row in range(N_USERS)]
    seen = np.concatenate(histories).astype(np.int32)
    arrays = {
        "user_vectors": user_vectors,
        "item_vectors": item_vectors,
        "fallback": item_row[::-1].copy(),
        "seen_indptr": np.cumsum([0, *map(len, histories)]).astype(np.int64),
        "seen_rows": seen,
        "popularity": np.bincount(seen, minlength=N_ITEMS).astype(np.int32),
    }
    if spec.times:
        arrays["seen_ages"] = np.tile(np.array([5, 1], np.float32), len(seen) // 2)
    if spec.segments:
        arrays["segments"] = np.stack([np.roll(item_row, -shift) for shift in range(len(SEGMENTS))])
        arrays["user_segment"] = np.array([-1 if user_row.index(row) else 1 for row in range(N_USERS)], np.int32)
    return arrays


def _described(spec: Spec) -> dict[str, Any]:
    times = ["2026-01-01T00:00:00+00:00", "2026-01-31T00:00:00+00:00"] if spec.times else [None, None]
    return {
        "model": spec.model,
        "family": spec.family,
        "scorer": spec.scorer,
        "algorithm": "checkerboard",
        "git_commit": None,
        "dataset": {"name": "checkerboard", "time_range": times},
        "params": {},
        "seed": 0,
        "id_bound": None if spec.strings else 10**9,
        "fallback": "popular",
        "metrics": {"map@10": 0.5},
    }


def _redated(folder: Path, manifest: Manifest, created_at: str) -> Manifest:
    changed = replace(manifest, created_at=created_at, version=version_name(created_at, manifest.files))
    (folder / "manifest.json").write_bytes(changed.to_json())
    return changed
