"""What is known of a user as a vector: the sum of those of its values."""

from collections.abc import Mapping, Sequence
from typing import Self

import numpy as np
from numpy.typing import NDArray

from warmstart.artifact import Artifact
from warmstart.errors import Incompatible
from warmstart.fallback import label
from warmstart.ids import UNKNOWN
from warmstart.inner_product import Vectors

FEATURES_FILE = "features.json"
NONE = -1  # in place of a value that is not known
Features = Mapping[str, str | Sequence[str]]


class FeatureVectors:
    """The values that training knew, and which of them each stored user has."""

    def __init__(
        self, vectors: Vectors, base: Vectors, places: Mapping[tuple[str, str], int], stored: NDArray[np.int32]
    ) -> None:
        self._vectors = vectors  # (f, d)
        self.base = base  # (d,) what is added for who has no history: the part of the items' biases
        self._places = places  # (column, label of a value) -> row of the vectors
        self._columns = sorted({column for column, _ in places})
        self._stored = stored  # (n_users, columns) rows of the vectors, NONE where not known

    @classmethod
    def load(cls, artifact: Artifact, n_users: int, factors: int) -> Self:
        """Open `feature_vectors`, `feature_base`, `user_features` and names; raise Incompatible where they differ."""
        vectors = artifact.array("feature_vectors", np.float32, None, factors)
        try:
            named = [(str(column), str(value)) for column, value in artifact.json(FEATURES_FILE)]
        except (TypeError, ValueError):
            raise Incompatible(f"{FEATURES_FILE} does not name features") from None
        if len(set(named)) != len(named):
            raise Incompatible(f"{FEATURES_FILE} names a feature twice")
        if len(named) != len(vectors):
            raise Incompatible(f"{FEATURES_FILE} names {len(named)} features, there are {len(vectors)} vectors")
        places = {name: place for place, name in enumerate(named)}
        columns = len({column for column, _ in named})
        base = artifact.array("feature_base", np.float32, factors)
        return cls(vectors, base, places, artifact.array("user_features", np.int32, n_users, columns))

    @property
    def names(self) -> list[str]:
        """Return each vector's column and value as one text."""
        return [f"{column} {value}" for column, value in self._places]

    def sum(self, user: int, features: Features) -> Vectors | None:
        """Return the vector of a stored user with what a request says in its place; None where nothing is known."""
        rows = [row for place, column in enumerate(self._columns) for row in self._rows(user, place, column, features)]
        if not rows:
            return None
        total: Vectors = self._vectors[rows].sum(axis=0)
        return total

    def _rows(self, user: int, place: int, column: str, features: Features) -> list[int]:
        if column in features:
            said = features[column]
            values = [said] if isinstance(said, str) else said
            named = dict.fromkeys((column, label(column, value)) for value in values)
            return [self._places[name] for name in named if name in self._places]
        stored = NONE if user == UNKNOWN else int(self._stored[user, place])
        return [stored] if 0 <= stored < len(self._vectors) else []
